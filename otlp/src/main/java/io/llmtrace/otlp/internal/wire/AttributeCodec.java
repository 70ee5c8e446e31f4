package io.llmtrace.otlp.internal.wire;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A lossless conversion between OTLP's attribute values and typed JSON.
 *
 * <pre>
 *   string, bool, array     unchanged
 *   int 1 / double 1.0      1 / 1.0
 *   no value                null
 *   kvlist                  an object
 *   double NaN, ±Infinity   {"doubleValue": "NaN"}
 *   bytes                   {"bytesValue": "base64"}
 *   kvlist that looks like one of these, or repeats a key
 *                           {"kvlistValue": [{"key": …, "value": …}, …]}
 *   long string that equals the span's prompt or response
 *                           {"$ref": "prompt"}, {"$ref": "response"}
 * </pre>
 *
 * An object whose only key is one of these, with a value of the form above, is such a tag; every other object is a kvlist.
 */
public final class AttributeCodec {

    private static final String DOUBLE = "doubleValue";
    private static final String BYTES = "bytesValue";
    private static final String KVLIST = "kvlistValue";
    private static final String STRING_INDEX = "stringValueStrindex";
    private static final String REFERENCE = "$ref";
    private static final Set<String> TAGS = Set.of(DOUBLE, BYTES, KVLIST, STRING_INDEX, REFERENCE);

    /** Shorter texts are copied, since a reference would save hardly any space. */
    private static final int MIN_REFERENCED_CHARACTERS = 257;

    private AttributeCodec() {}

    /** Encodes a value in the types of {@link io.llmtrace.model.JsonValues}. */
    public static @Nullable Object encode(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> value.getBoolValue();
            case INT_VALUE -> value.getIntValue();
            case DOUBLE_VALUE -> encodeDouble(value.getDoubleValue());
            case ARRAY_VALUE ->
                value.getArrayValue().getValuesList().stream()
                        .map(AttributeCodec::encode)
                        .collect(ArrayList::new, ArrayList::add, ArrayList::addAll);
            case KVLIST_VALUE -> encode(value.getKvlistValue().getValuesList());
            case BYTES_VALUE ->
                Map.of(
                        BYTES,
                        Base64.getEncoder().encodeToString(value.getBytesValue().toByteArray()));
            case STRING_VALUE_STRINDEX -> Map.of(STRING_INDEX, (long) value.getStringValueStrindex());
            case VALUE_NOT_SET -> null;
        };
    }

    /**
     * Encodes a list of keys and values as an object, or as the {@code kvlistValue} tag if an object would lose a repeated key or
     * would itself be read as a tag.
     */
    public static Map<String, @Nullable Object> encode(List<KeyValue> values) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>(values.size() * 2);
        for (KeyValue entry : values) {
            map.put(entry.getKey(), encode(entry.getValue()));
        }
        if (map.size() == values.size() && !hasTagKey(map)) {
            return map;
        }
        List<Map<String, @Nullable Object>> entries = new ArrayList<>(values.size());
        for (KeyValue entry : values) {
            Map<String, @Nullable Object> pair = new LinkedHashMap<>(4);
            pair.put("key", entry.getKey());
            pair.put("value", encode(entry.getValue()));
            entries.add(pair);
        }
        return Map.of(KVLIST, entries);
    }

    /**
     * Encodes an attribute of a span. A long text that equals the span's prompt or response becomes a reference to it, so that it
     * is stored once.
     */
    public static @Nullable Object encode(AnyValue value, @Nullable String prompt, @Nullable String response) {
        if (value.hasStringValue() && value.getStringValue().length() >= MIN_REFERENCED_CHARACTERS) {
            if (value.getStringValue().equals(prompt)) {
                return Map.of(REFERENCE, "prompt");
            }
            if (value.getStringValue().equals(response)) {
                return Map.of(REFERENCE, "response");
            }
        }
        return encode(value);
    }

    /** Returns the text that a reference points to; returns anything else, and a reference to a missing text, unchanged. */
    public static @Nullable Object resolve(@Nullable Object json, @Nullable String prompt, @Nullable String response) {
        if (!(json instanceof Map<?, ?> map) || !isReference(json)) {
            return json;
        }
        String text = "prompt".equals(map.get(REFERENCE)) ? prompt : response;
        return text == null ? json : text;
    }

    /** Returns whether a stored value refers to the prompt or the response of its span. */
    public static boolean isReference(@Nullable Object json) {
        return json instanceof Map<?, ?> map
                && map.size() == 1
                && ("prompt".equals(map.get(REFERENCE)) || "response".equals(map.get(REFERENCE)));
    }

    /** Returns the value that {@link #encode(AnyValue)} encoded. */
    public static AnyValue decode(@Nullable Object json) {
        return decode(json, null, null);
    }

    /**
     * Decodes an attribute of a span.
     *
     * @param prompt the span's prompt, which the attribute may refer to
     * @param response the span's response, which the attribute may refer to
     */
    public static AnyValue decode(@Nullable Object json, @Nullable String prompt, @Nullable String response) {
        AnyValue.Builder value = AnyValue.newBuilder();
        if (json == null) {
            return value.build();
        }
        if (json instanceof String text) {
            return value.setStringValue(text).build();
        }
        if (json instanceof Boolean bool) {
            return value.setBoolValue(bool).build();
        }
        if (json instanceof Long || json instanceof Integer) {
            return value.setIntValue(((Number) json).longValue()).build();
        }
        if (json instanceof Double number) {
            return value.setDoubleValue(number).build();
        }
        if (json instanceof List<?> list) {
            ArrayValue.Builder array = ArrayValue.newBuilder();
            list.forEach(item -> array.addValues(decode(item)));
            return value.setArrayValue(array).build();
        }
        if (json instanceof Map<?, ?> map) {
            AnyValue tagged = decodeTag(map, prompt, response);
            return tagged != null
                    ? tagged
                    : value.setKvlistValue(KeyValueList.newBuilder().addAllValues(entriesOf(map)))
                            .build();
        }
        return value.setStringValue(json.toString())
                .build(); // a whole number beyond 64 bits, which OTLP cannot express
    }

    /** Returns an attribute. */
    public static KeyValue attribute(String key, AnyValue value) {
        return KeyValue.newBuilder().setKey(key).setValue(value).build();
    }

    /** Returns a text as the value of an attribute. */
    public static AnyValue text(String value) {
        return AnyValue.newBuilder().setStringValue(value).build();
    }

    /** Returns the list that {@link #encode(List)} encoded; empty for anything but an object. */
    public static List<KeyValue> decodeList(@Nullable Object json) {
        AnyValue value = decode(json);
        return value.getKvlistValue().getValuesList();
    }

    private static @Nullable AnyValue decodeTag(Map<?, ?> map, @Nullable String prompt, @Nullable String response) {
        if (!hasTagKey(map)) {
            return null;
        }
        Object tag = map.keySet().iterator().next();
        Object content = map.values().iterator().next();
        AnyValue.Builder value = AnyValue.newBuilder();
        if (tag.equals(DOUBLE) && content instanceof String text) {
            Double number = nonFinite(text);
            return number == null ? null : value.setDoubleValue(number).build();
        }
        if (tag.equals(BYTES) && content instanceof String text) {
            ByteString bytes = bytes(text);
            return bytes == null ? null : value.setBytesValue(bytes).build();
        }
        if (tag.equals(STRING_INDEX) && content instanceof Long index) {
            return value.setStringValueStrindex(index.intValue()).build();
        }
        if (tag.equals(KVLIST) && content instanceof List<?> pairs) {
            KeyValueList list = pairs(pairs);
            return list == null ? null : value.setKvlistValue(list).build();
        }
        if (tag.equals(REFERENCE) && "prompt".equals(content) && prompt != null) {
            return value.setStringValue(prompt).build();
        }
        if (tag.equals(REFERENCE) && "response".equals(content) && response != null) {
            return value.setStringValue(response).build();
        }
        return null;
    }

    private static @Nullable KeyValueList pairs(List<?> pairs) {
        KeyValueList.Builder list = KeyValueList.newBuilder();
        for (Object pair : pairs) {
            if (!(pair instanceof Map<?, ?> entry) || !(entry.get("key") instanceof String key)) {
                return null;
            }
            list.addValues(entry(key, entry.get("value")));
        }
        return list.build();
    }

    private static List<KeyValue> entriesOf(Map<?, ?> map) {
        return map.entrySet().stream()
                .map(entry -> entry(String.valueOf(entry.getKey()), entry.getValue()))
                .toList();
    }

    private static KeyValue entry(String key, @Nullable Object value) {
        return attribute(key, decode(value));
    }

    private static boolean hasTagKey(Map<?, ?> map) {
        return map.size() == 1 && TAGS.contains(map.keySet().iterator().next());
    }

    private static Object encodeDouble(double value) {
        return Double.isFinite(value) ? (Object) value : Map.of(DOUBLE, Double.toString(value));
    }

    private static @Nullable Double nonFinite(String text) {
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> null;
        };
    }

    private static @Nullable ByteString bytes(String base64) {
        try {
            return ByteString.copyFrom(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
