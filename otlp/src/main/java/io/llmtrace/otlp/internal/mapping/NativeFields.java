package io.llmtrace.otlp.internal.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.wire.AttributeCodec;
import io.llmtrace.otlp.internal.wire.Decode;
import io.llmtrace.otlp.internal.wire.Json;
import io.llmtrace.storage.InvalidRequestException;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * llmtrace's own attributes, for values that no convention can express. They take precedence over all other attributes.
 *
 * <pre>
 *   llmtrace.&lt;field&gt;     a field of a span by its JSON name: numbers as numbers, text and times as text,
 *                        security_findings, tags, events, agent_actions and attributes as JSON text
 *   llmtrace.absent      names of fields that must have no value, even if other attributes imply one
 *   llmtrace.added       keys that an encoder added to express fields in a convention, not attributes of the span
 *   llmtrace.mapping     the {@link Decisions} of an earlier mapping of the span; empty if it was never mapped
 * </pre>
 *
 * A value that does not fit its field rejects the whole span, since nobody writes these keys by accident.
 */
public final class NativeFields {

    /** The JSON names of all fields that a span can set. */
    public static final Set<String> NAMES = SpanField.properties().stream()
            .filter(field ->
                    !field.equals(SpanField.TENANT_ID)) // determined by the sender of the request, not by the span
            .map(SpanField::name)
            .collect(Collectors.toUnmodifiableSet());

    private static final Set<String> JSON_TEXT = SpanField.properties().stream()
            .filter(field -> field.type().isStructure())
            .map(SpanField::name)
            .collect(Collectors.toUnmodifiableSet());

    private final Map<String, AnyValue> values;
    private final List<String> absent;
    private final Set<String> consumedKeys;
    private final @Nullable String mapping;

    private NativeFields(
            Map<String, AnyValue> values, List<String> absent, Set<String> consumedKeys, @Nullable String mapping) {
        this.values = values;
        this.absent = absent;
        this.consumedKeys = consumedKeys;
        this.mapping = mapping;
    }

    /** Reads the native fields of a span. */
    public static NativeFields of(OtlpSpan span) {
        Map<String, AnyValue> values = new LinkedHashMap<>();
        Set<String> consumed = new HashSet<>(Decode.texts(span.ownAttributes().get(ReservedAttributes.ADDED)));
        span.ownAttributes().forEach((key, value) -> {
            String name =
                    key.startsWith(ReservedAttributes.PREFIX) ? key.substring(ReservedAttributes.PREFIX.length()) : "";
            if (NAMES.contains(name)) {
                values.put(name, value);
                consumed.add(key);
            }
        });
        List<String> absent = Decode.texts(span.ownAttributes().get(ReservedAttributes.ABSENT));
        consumed.add(ReservedAttributes.ABSENT);
        consumed.add(ReservedAttributes.ADDED);
        consumed.add(ReservedAttributes.MAPPING);
        AnyValue mapping = span.ownAttributes().get(ReservedAttributes.MAPPING);
        String text = mapping != null && mapping.hasStringValue() ? mapping.getStringValue() : null;
        return new NativeFields(values, absent, consumed, text != null && Decisions.isPlausible(text) ? text : null);
    }

    /** Returns whether this key sets a field or says something about fields, rather than naming an attribute of the span. */
    public static boolean isNative(String key) {
        return key.equals(ReservedAttributes.ABSENT)
                || key.equals(ReservedAttributes.ADDED)
                || key.equals(ReservedAttributes.MAPPING)
                || (key.startsWith(ReservedAttributes.PREFIX)
                        && NAMES.contains(key.substring(ReservedAttributes.PREFIX.length())));
    }

    /** Returns whether the value of a field is written as JSON text. */
    public static boolean isJsonText(String field) {
        return JSON_TEXT.contains(field);
    }

    /** Returns the keys that need not be stored as attributes, since the fields hold their values. */
    public Set<String> consumedKeys() {
        return consumedKeys;
    }

    /** Returns the text of the decisions for the span to record, including which fields are native; empty if there are none. */
    public String decisions(Decisions made) {
        if (mapping != null) {
            return mapping;
        }
        List<String> names = new ArrayList<>(values.keySet());
        absent.stream().filter(NAMES::contains).forEach(names::add);
        if (!names.isEmpty()) {
            made.record(Decisions.NATIVE, String.join(",", names));
        }
        return made.toString();
    }

    /**
     * Returns the span with the native fields in place of the mapped ones.
     *
     * @throws InvalidRequestException naming the field that has a wrong value
     */
    public TraceSpan overrule(TraceSpan mapped) {
        if (values.isEmpty() && absent.isEmpty()) {
            return mapped;
        }
        ObjectNode json = Json.MODEL.valueToTree(withoutContent(mapped));
        values.forEach((name, value) -> json.set(name, valueOf(name, value)));
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
        return values.containsKey(field) || absent.contains(field);
    }

    /** Removes the large fields, so that they are not converted to JSON and back. */
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
            throw new InvalidRequestException(ReservedAttributes.PREFIX + name + ": " + e.getMessage(), e);
        }
    }
}
