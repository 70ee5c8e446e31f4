package io.llmtrace.otlp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.llmtrace.json.TraceJson;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** JSON inside of attributes: text that may or may not be JSON. */
final class Json {

    /** For values of the model. */
    static final ObjectMapper MODEL = TraceJson.mapper();

    /** For JSON of others: keeps every digit of a number. */
    static final ObjectMapper MAPPER = TraceJson.mapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true));

    private Json() {}

    /** @return null if the text is no JSON object or array */
    static @Nullable JsonNode tree(@Nullable String text) {
        if (text == null || !looksLikeTree(text)) {
            return null;
        }
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            return null; // text that begins like JSON, or JSON that was cut off
        }
    }

    /** Any JSON value; null if the text is none. */
    static @Nullable JsonNode value(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    static String write(JsonNode tree) {
        return TraceJson.write(tree);
    }

    /**
     * A value as text that a field can hold: text as it is, anything else as JSON. JSON may escape half of a surrogate pair, as of
     * an emoji that was cut; it becomes a question mark.
     */
    static @Nullable String text(@Nullable JsonNode value) {
        if (value == null) {
            return null;
        }
        String text = value.isTextual() ? value.textValue() : write(value);
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
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
