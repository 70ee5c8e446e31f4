package io.llmtrace.otlp.internal.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.llmtrace.json.TraceJson;
import io.llmtrace.json.ValidText;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** JSON inside attribute values: text that may or may not be JSON. */
public final class Json {

    /** Reads and writes values of the model. */
    public static final ObjectMapper MODEL = TraceJson.mapper();

    /** Reads and writes JSON that others produced, and keeps every digit of its numbers. */
    public static final ObjectMapper MAPPER = TraceJson.mapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true));

    private Json() {}

    /** Parses a JSON object or array; returns null for any other text, such as JSON that was cut off. */
    public static @Nullable JsonNode tree(@Nullable String text) {
        if (text == null || !looksLikeTree(text)) {
            return null;
        }
        return value(text); // null for text that begins like JSON, or JSON that was cut off
    }

    /**
     * Parses any JSON value; returns null for text that is not JSON. Escaped JSON can contain half of a surrogate pair, for example of an
     * emoji that was cut off. Neither fields nor answers can hold that, so it becomes U+FFFD.
     */
    public static @Nullable JsonNode value(String text) {
        try {
            return MAPPER.readTree(text.contains("\\u") ? withoutHalves(text) : text);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static String withoutHalves(String json) {
        return new String(ValidText.withoutHalves(json.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    /** Parses an object or array that is written inside a JSON string; returns any other value unchanged. */
    public static JsonNode unwrapped(JsonNode value) {
        JsonNode tree = value.isTextual() ? tree(value.textValue()) : null;
        return tree == null ? value : tree;
    }

    /** Writes a tree as compact JSON. */
    public static String write(JsonNode tree) {
        return TraceJson.write(tree);
    }

    /** Returns a value as text that a field can store: text unchanged, anything else as JSON. */
    public static @Nullable String text(@Nullable JsonNode value) {
        if (value == null) {
            return null;
        }
        return value.isTextual() ? value.textValue() : write(value);
    }

    private static boolean looksLikeTree(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isWhitespace(c)) {
                return c == '{' || c == '[';
            }
        }
        return false;
    }
}
