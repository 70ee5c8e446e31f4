package io.llmtrace.otlp.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.llmtrace.json.TraceJson;
import org.jspecify.annotations.Nullable;

/** Text that may or may not be JSON. */
final class JsonText {

    private static final ObjectMapper MAPPER = TraceJson.mapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true));

    private JsonText() {}

    /** @return null if the text is no JSON object or array, such as one that was cut off */
    static @Nullable JsonNode tree(@Nullable String text) {
        String start = text == null ? "" : text.substring(0, Math.min(text.length(), 200)).stripLeading();
        if (text == null || !(start.startsWith("[") || start.startsWith("{"))) {
            return null;
        }
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** JSON inside of a JSON string as what it is. */
    static JsonNode unwrapped(JsonNode value) {
        JsonNode tree = value.isTextual() ? tree(value.textValue()) : null;
        return tree == null ? value : tree;
    }
}
