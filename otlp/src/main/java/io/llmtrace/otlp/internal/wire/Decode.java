package io.llmtrace.otlp.internal.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.llmtrace.json.TraceJson;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Converts values of attributes to values of fields. A single value is null if the attribute has no usable one. */
public final class Decode {

    /** Texts that emitters write for "unknown" where an identifier, a name or a number belongs. */
    private static final Set<String> UNKNOWN_IDENTIFIERS =
            Set.of("", "none", "unknown", "n/a", "null", "no-model", "<not specified>");

    /**
     * Texts that emitters write for missing content. Has fewer entries than the set above, since a user's message may be
     * "none".
     */
    private static final Set<String> MISSING_CONTENT = Set.of("", "<not serializable>", "<non-serializable>");

    /** No text in the two sets is longer than this. Comparing lengths first avoids hashing a long prompt. */
    private static final int LONGEST_SENTINEL = 24;

    private static final int MAX_NUMBER_CHARACTERS = 40;

    private Decode() {}

    /** Returns a name or an id; null for the texts that emitters write for "unknown". */
    public static @Nullable String identifier(@Nullable AnyValue value) {
        return known(text(value));
    }

    /** Returns the text, or null for the texts that emitters write for "unknown". */
    public static @Nullable String known(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String stripped = text.strip();
        boolean unknown = stripped.length() <= LONGEST_SENTINEL
                && UNKNOWN_IDENTIFIERS.contains(stripped.toLowerCase(Locale.ROOT));
        return unknown ? null : text;
    }

    /** Returns a scalar value as text. Only the empty text counts as missing, since an error message may be "none". */
    public static @Nullable String text(@Nullable AnyValue value) {
        if (value == null) {
            return null;
        }
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue().isEmpty() ? null : value.getStringValue();
            case BOOL_VALUE -> String.valueOf(value.getBoolValue());
            case INT_VALUE -> String.valueOf(value.getIntValue());
            case DOUBLE_VALUE -> String.valueOf(value.getDoubleValue());
            case BYTES_VALUE -> text(value.getBytesValue());
            case ARRAY_VALUE, KVLIST_VALUE, STRING_VALUE_STRINDEX, VALUE_NOT_SET -> null;
        };
    }

    /** Returns content of a conversation: text verbatim, structured values as JSON. */
    public static @Nullable String content(@Nullable AnyValue value) {
        if (value == null) {
            return null;
        }
        if (value.hasKvlistValue() && value.getKvlistValue().getValuesCount() == 0) {
            return null;
        }
        if (value.hasKvlistValue() || value.hasArrayValue()) {
            Object json = AttributeCodec.encode(value);
            return json == null ? null : TraceJson.write(json);
        }
        String text = text(value);
        return text == null || (text.length() <= LONGEST_SENTINEL && MISSING_CONTENT.contains(text)) ? null : text;
    }

    /** Returns a whole number that is not negative, which may also be written as text. */
    public static @Nullable Long count(@Nullable AnyValue value) {
        BigDecimal number = decimal(value);
        if (number == null || number.signum() < 0) {
            return null;
        }
        try {
            return number.longValueExact();
        } catch (ArithmeticException e) {
            return null;
        }
    }

    /** Returns a finite number that is not negative, which may also be written as text. */
    public static @Nullable Double amount(@Nullable AnyValue value) {
        if (value != null && value.hasDoubleValue()) {
            double amount = value.getDoubleValue();
            return Double.isFinite(amount) && amount >= 0 ? Double.valueOf(Math.abs(amount)) : null;
        }
        BigDecimal number = decimal(value);
        if (number == null || number.signum() < 0) {
            return null;
        }
        double amount = number.doubleValue();
        return Double.isFinite(amount) ? amount : null;
    }

    /** Returns a list of texts, from an array or from JSON text; any other text is a list of one. */
    public static List<String> texts(@Nullable AnyValue value) {
        List<String> texts = new ArrayList<>();
        if (value != null && value.hasArrayValue()) {
            for (AnyValue item : value.getArrayValue().getValuesList()) {
                addIfPresent(texts, identifier(item));
            }
            return texts;
        }
        String text = identifier(value);
        JsonNode tree = Json.tree(text);
        if (tree == null || !tree.isArray()) {
            addIfPresent(texts, text);
            return texts;
        }
        for (JsonNode item : tree) {
            addIfPresent(texts, known(item.isTextual() ? item.textValue() : item.toString()));
        }
        return texts;
    }

    /** Returns a list of texts like {@link #texts}; any other text is a list whose items commas separate, with or without brackets. */
    public static List<String> separated(@Nullable AnyValue value) {
        List<String> texts = texts(value);
        String text = value == null || value.hasArrayValue() ? null : known(text(value));
        if (text == null || (Json.tree(text) != null)) {
            return texts;
        }
        String list = text.strip();
        list = list.startsWith("[") && list.endsWith("]") ? list.substring(1, list.length() - 1) : list;
        List<String> items = new ArrayList<>();
        for (String item : list.split(",")) {
            addIfPresent(items, known(unquoted(item.strip())));
        }
        return items;
    }

    /** Removes single quotes, in which Python writes texts. */
    private static String unquoted(String text) {
        boolean quoted = text.length() > 1 && text.startsWith("'") && text.endsWith("'");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }

    /** Returns an object or array, which may also be written as JSON text. */
    public static @Nullable JsonNode tree(@Nullable AnyValue value) {
        return Json.tree(content(value));
    }

    /**
     * Removes the quotes of a JSON string, also from the elements of a list, since some emitters write every text as JSON. Returns
     * any other value unchanged.
     */
    public static @Nullable AnyValue unquoted(@Nullable AnyValue value) {
        if (value != null && value.hasArrayValue()) {
            ArrayValue.Builder values = ArrayValue.newBuilder();
            for (AnyValue element : value.getArrayValue().getValuesList()) {
                AnyValue unquoted = unquoted(element);
                values.addValues(unquoted == null ? element : unquoted);
            }
            return AnyValue.newBuilder().setArrayValue(values).build();
        }
        if (value == null || !value.hasStringValue()) {
            return value;
        }
        String text = value.getStringValue();
        if (text.length() < 2 || text.charAt(0) != '"' || text.charAt(text.length() - 1) != '"') {
            return value;
        }
        JsonNode tree = Json.value(text);
        return tree == null ? value : valueOf(tree);
    }

    /** Returns a JSON value as an attribute value, objects and arrays as their text; null for a missing value. */
    public static @Nullable AnyValue valueOf(JsonNode json) {
        AnyValue.Builder value = AnyValue.newBuilder();
        return switch (json.getNodeType()) {
            case STRING -> value.setStringValue(json.textValue()).build();
            case BOOLEAN -> value.setBoolValue(json.booleanValue()).build();
            case NUMBER ->
                json.canConvertToLong() && json.isIntegralNumber()
                        ? value.setIntValue(json.longValue()).build()
                        : value.setDoubleValue(json.doubleValue()).build();
            case OBJECT, ARRAY -> value.setStringValue(Json.write(json)).build();
            case BINARY, MISSING, NULL, POJO -> null;
        };
    }

    /** Adds two counts that are not negative; returns the greatest long if their sum exceeds it. */
    public static long saturatedSum(long a, long b) {
        return a + b < 0 ? Long.MAX_VALUE : a + b;
    }

    private static void addIfPresent(List<String> texts, @Nullable String text) {
        if (text != null) {
            texts.add(text);
        }
    }

    private static @Nullable BigDecimal decimal(@Nullable AnyValue value) {
        if (value == null) {
            return null;
        }
        return switch (value.getValueCase()) {
            case INT_VALUE -> BigDecimal.valueOf(value.getIntValue());
            case DOUBLE_VALUE ->
                Double.isFinite(value.getDoubleValue()) ? new BigDecimal(value.getDoubleValue()) : null;
            case STRING_VALUE -> decimal(value.getStringValue());
            default -> null;
        };
    }

    private static @Nullable BigDecimal decimal(String text) {
        if (text.isBlank() || text.length() > MAX_NUMBER_CHARACTERS) {
            return null;
        }
        try {
            BigDecimal number = new BigDecimal(text.strip());
            // 1e999999999 has 11 characters, but a billion digits once it is expanded.
            return Math.abs(number.scale()) > 400 ? null : number;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static String text(ByteString bytes) {
        return bytes.isValidUtf8() ? bytes.toStringUtf8() : Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
}
