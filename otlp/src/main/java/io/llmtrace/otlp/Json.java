package io.llmtrace.otlp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.llmtrace.json.TraceJson;
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
