package io.llmtrace.cli;

import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Figures;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.TraceSpan;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The fields of a span that have a value, by their names in JSON. */
final class SpanFields {

    private SpanFields() {}

    /** Those of one line. */
    static Map<String, String> of(TraceSpan span) {
        Map<String, String> fields = new LinkedHashMap<>();
        put(fields, "parent_span_id", span.parentSpanId() == null ? null : Ids.formatSpanId(span.parentSpanId()));
        put(fields, "start_time", span.startTime());
        put(fields, "end_time", span.endTime());
        put(fields, "duration", Figures.duration(span.durationMs()));
        put(fields, "time_to_first_token", Figures.duration(span.timeToFirstTokenMs()));
        put(fields, "status", span.status().text());
        put(fields, "status_code", span.statusCode());
        put(fields, "provider", span.provider());
        put(fields, "model_name", span.modelName());
        put(fields, "prompt_tokens", Figures.count(span.promptTokens()));
        put(fields, "cache_read_tokens", Figures.count(span.cacheReadTokens()));
        put(fields, "cache_write_tokens", Figures.count(span.cacheWriteTokens()));
        put(fields, "completion_tokens", Figures.count(span.completionTokens()));
        put(fields, "reasoning_tokens", Figures.count(span.reasoningTokens()));
        put(fields, "total_tokens", Figures.count(span.totalTokens()));
        put(fields, "estimated_cost_usd", Figures.cost(span.estimatedCostUsd()));
        put(fields, "finish_reason", span.finishReason());
        put(fields, "service_name", span.serviceName());
        put(fields, "session_id", span.sessionId());
        put(fields, "user_id", span.userId());
        put(fields, "security_score", span.securityScore());
        put(fields, "tags", span.tags().isEmpty() ? null : pairs(span.tags()));
        return fields;
    }

    /** Those of many lines. */
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
