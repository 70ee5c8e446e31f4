package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.InvalidRequestException;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * llmtrace's own attributes, for what no convention has a name for. They overrule every other.
 *
 * <pre>
 *   llmtrace.&lt;field&gt;     a field of a span by its JSON name: numbers as numbers, text and times as text,
 *                        security_findings, tags, events, agent_actions and attributes as JSON text
 *   llmtrace.absent      names of fields that have no value, whatever the other attributes say
 *   llmtrace.added       keys that an encoder added to say fields in a convention, and that are no attributes of the span
 *   llmtrace.mapping     what decided when the span was mapped before ({@link Decisions}); empty if it never was
 * </pre>
 *
 * A value that does not fit its field rejects the span: whoever writes these keys means them.
 */
final class NativeFields {

    static final String PREFIX = "llmtrace.";
    static final String ABSENT = "llmtrace.absent";
    static final String ADDED = "llmtrace.added";

    static final Set<String> NAMES = Arrays.stream(TraceSpan.class.getRecordComponents())
            .map(component -> PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component.getName()))
            .filter(name -> !name.equals("tenant_id")) // who sends the span decides, not the span
            .collect(Collectors.toUnmodifiableSet());

    private static final Set<String> JSON_TEXT =
            Set.of("security_findings", "tags", "events", "agent_actions", "attributes");

    private final Map<String, AnyValue> given;
    private final List<String> absent;
    private final Set<String> consumedKeys;
    private final @Nullable String mapping;

    private NativeFields(
            Map<String, AnyValue> given, List<String> absent, Set<String> consumedKeys, @Nullable String mapping) {
        this.given = given;
        this.absent = absent;
        this.consumedKeys = consumedKeys;
        this.mapping = mapping;
    }

    static NativeFields of(SpanView view) {
        Map<String, AnyValue> given = new LinkedHashMap<>();
        Set<String> consumed = new HashSet<>(Decode.texts(view.attributes().get(ADDED)));
        view.attributes().forEach((key, value) -> {
            String name = key.startsWith(PREFIX) ? key.substring(PREFIX.length()) : "";
            if (NAMES.contains(name)) {
                given.put(name, value);
                consumed.add(key);
            }
        });
        List<String> absent = Decode.texts(view.attributes().get(ABSENT));
        consumed.add(ABSENT);
        consumed.add(ADDED);
        consumed.add(Decisions.KEY);
        AnyValue mapping = view.attributes().get(Decisions.KEY);
        String text = mapping != null && mapping.hasStringValue() ? mapping.getStringValue() : null;
        return new NativeFields(given, absent, consumed, text != null && Decisions.isGiven(text) ? text : null);
    }

    /** Whether an attribute of this key says a field, or something about fields, rather than being one of the span's. */
    static boolean isOwn(String key) {
        return key.equals(ABSENT)
                || key.equals(ADDED)
                || key.equals(Decisions.KEY)
                || (key.startsWith(PREFIX) && NAMES.contains(key.substring(PREFIX.length())));
    }

    static boolean isJsonText(String field) {
        return JSON_TEXT.contains(field);
    }

    /** Keys that need not be kept as attributes, since the fields hold their values. */
    Set<String> consumedKeys() {
        return consumedKeys;
    }

    /** What the span keeps of the decisions; empty for nothing. */
    String decisions(Decisions made) {
        if (mapping != null) {
            return mapping;
        }
        List<String> names = new ArrayList<>(given.keySet());
        absent.stream().filter(NAMES::contains).forEach(names::add);
        if (!names.isEmpty()) {
            made.note(Decisions.NATIVE, String.join(",", names));
        }
        return made.toString();
    }

    /** @throws InvalidRequestException naming the field that has a wrong value */
    TraceSpan overrule(TraceSpan mapped) {
        if (given.isEmpty() && absent.isEmpty()) {
            return mapped;
        }
        ObjectNode json = Json.MODEL.valueToTree(withoutContent(mapped));
        given.forEach((name, value) -> json.set(name, valueOf(name, value)));
        json.remove(absent.stream().filter(NAMES::contains).toList());
        TraceSpan.Builder overruled = TraceJson.readSpan(json, mapped.tenantId()).toBuilder();
        if (!overrules("prompt")) {
            overruled.prompt(mapped.prompt());
        }
        if (!overrules("response")) {
            overruled.response(mapped.response());
        }
        if (!overrules("attributes")) {
            overruled.attributes(mapped.attributes());
        }
        return overruled.build();
    }

    private boolean overrules(String field) {
        return given.containsKey(field) || absent.contains(field);
    }

    /** The way over JSON is for small fields. */
    private static TraceSpan withoutContent(TraceSpan span) {
        return span.toBuilder().prompt(null).response(null).attributes(Map.of()).build();
    }

    private static JsonNode valueOf(String name, AnyValue value) {
        JsonNode json = Json.MODEL.valueToTree(AttributeCodec.encode(value));
        if (!JSON_TEXT.contains(name) || !json.isTextual()) {
            return json;
        }
        try {
            return TraceJson.readTree(json.textValue().getBytes(StandardCharsets.UTF_8));
        } catch (InvalidRequestException e) {
            throw new InvalidRequestException(PREFIX + name + ": " + e.getMessage(), e);
        }
    }
}
