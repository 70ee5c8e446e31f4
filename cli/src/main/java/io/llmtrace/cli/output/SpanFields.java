package io.llmtrace.cli.output;

import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.FieldType;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The fields of a span that have a value, by their JSON names. */
final class SpanFields {

    private SpanFields() {}

    /** Fields that are not listed here, since they are in the heading of a span or take several lines. */
    private static final Set<SpanField<?>> SHOWN_ELSEWHERE = Set.of(
            SpanField.TRACE_ID,
            SpanField.SPAN_ID,
            SpanField.TENANT_ID,
            SpanField.OPERATION_NAME,
            SpanField.KIND,
            SpanField.PROMPT,
            SpanField.RESPONSE,
            SpanField.ERROR_MESSAGE,
            SpanField.SECURITY_FINDINGS,
            SpanField.AGENT_ACTIONS,
            SpanField.EVENTS,
            SpanField.ATTRIBUTES);

    /** Returns the fields that fit on one line. */
    static Map<String, String> of(TraceSpan span) {
        Map<String, String> fields = new LinkedHashMap<>();
        put(fields, SpanField.STATUS.name(), span.status().text());
        for (SpanField<?> field : SpanField.properties()) {
            if (!SHOWN_ELSEWHERE.contains(field)) {
                // A duration is shown with its unit.
                boolean duration = field.type() == FieldType.DURATION_MS;
                put(fields, duration ? field.name().replaceAll("_ms$", "") : field.name(), shown(field, span));
            }
        }
        return fields;
    }

    private static @Nullable String shown(SpanField<?> field, TraceSpan span) {
        Object value = field.valueOf(span);
        if (value == null) {
            return null;
        }
        if (field.type() == FieldType.TAGS) {
            return pairs(span.tags());
        }
        if (field.type().isStructure()) {
            return value instanceof Map<?, ?> map && map.isEmpty() ? null : TraceJson.write(value);
        }
        return switch (field.type().unit()) {
            case MILLISECONDS -> Formats.duration((Long) value);
            case US_DOLLARS -> Formats.cost((Double) value);
            case NONE -> value instanceof Long count ? Formats.count(count) : field.textOf(span);
        };
    }

    /** Returns the fields that take several lines. */
    static Map<String, String> details(TraceSpan span) {
        Map<String, String> details = new LinkedHashMap<>();
        if (!span.events().isEmpty()) {
            details.put("events", span.events().stream().map(SpanFields::line).collect(Collectors.joining("\n")));
        }
        if (!span.attributes().isEmpty()) {
            details.put(
                    "attributes",
                    new TreeMap<>(span.attributes())
                            .entrySet().stream()
                                    .map(e -> e.getKey() + " = " + value(e.getValue()))
                                    .collect(Collectors.joining("\n")));
        }
        return details;
    }

    private static String line(SpanEvent event) {
        return event.timestamp() + "  " + event.eventType()
                + (event.description().isEmpty() ? "" : "  " + event.description())
                + (event.data() == null ? "" : "  " + TraceJson.write(event.data()));
    }

    private static String value(@Nullable Object value) {
        return value == null ? "null" : TraceJson.write(value);
    }

    private static String pairs(Map<String, String> tags) {
        return new TreeMap<>(tags)
                .entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(", "));
    }

    private static void put(Map<String, String> fields, String name, @Nullable Object value) {
        if (value != null && !value.toString().isEmpty()) {
            fields.put(name, Display.oneLine(value.toString()));
        }
    }
}
