package io.llmtrace.otlp;

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

/** From attribute values to values of fields. Null means: not there, try the next key. */
final class Decode {

    /** What emitters write for "I don't know" into fields that hold an identifier, a name or a number. */
    private static final Set<String> NO_IDENTIFIER =
            Set.of("", "none", "unknown", "n/a", "null", "no-model", "<not specified>");

    /** As above for content, where a user may well say "none". */
    private static final Set<String> NO_CONTENT = Set.of("", "<not serializable>", "<non-serializable>");

    /** Characters of the longest of these at least, so that long texts are not hashed to be looked up among them. */
    private static final int LONGEST_NOTHING = 24;

    private static final int MAX_NUMBER_CHARACTERS = 40;

    private Decode() {}

    static @Nullable String identifier(@Nullable AnyValue value) {
        return known(text(value));
    }

    /** As {@link #identifier}. */
    static @Nullable String known(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String word = text.strip();
        boolean nothing = word.length() <= LONGEST_NOTHING && NO_IDENTIFIER.contains(word.toLowerCase(Locale.ROOT));
        return nothing ? null : text;
    }

    /** A message or a name in which nothing stands for nothing but the empty text. */
    static @Nullable String text(@Nullable AnyValue value) {
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

    /** Text verbatim; structured values as JSON. */
    static @Nullable String content(@Nullable AnyValue value) {
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
        return text == null || (text.length() <= LONGEST_NOTHING && NO_CONTENT.contains(text)) ? null : text;
    }

    /** A whole number that is not negative, also as text. */
    static @Nullable Long count(@Nullable AnyValue value) {
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

    /** A finite number that is not negative, also as text. */
    static @Nullable Double amount(@Nullable AnyValue value) {
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

    /** An array of texts, as a value or as JSON text; any other text is a list of one. */
    static List<String> texts(@Nullable AnyValue value) {
        List<String> texts = new ArrayList<>();
        if (value != null && value.hasArrayValue()) {
            for (AnyValue item : value.getArrayValue().getValuesList()) {
                addIfThere(texts, identifier(item));
            }
            return texts;
        }
        String text = identifier(value);
        JsonNode tree = Json.tree(text);
        if (tree == null || !tree.isArray()) {
            addIfThere(texts, text);
            return texts;
        }
        for (JsonNode item : tree) {
            addIfThere(texts, known(item.isTextual() ? item.textValue() : item.toString()));
        }
        return texts;
    }

    /** An object or array, as a value or as JSON text. */
    static @Nullable JsonNode tree(@Nullable AnyValue value) {
        return Json.tree(content(value));
    }

    /** A JSON string, alone or in a list, as the text that it stands for, since some emitters quote every text. */
    static @Nullable AnyValue unquoted(@Nullable AnyValue value) {
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

    /** A place in JSON as an attribute value; objects and arrays as their text. Null for nothing. */
    static @Nullable AnyValue valueOf(JsonNode json) {
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

    private static void addIfThere(List<String> texts, @Nullable String text) {
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
            // 1e999999999 is 11 characters, and would be a billion digits as a whole number.
            return Math.abs(number.scale()) > 400 ? null : number;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static String text(ByteString bytes) {
        return bytes.isValidUtf8() ? bytes.toStringUtf8() : Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
}
