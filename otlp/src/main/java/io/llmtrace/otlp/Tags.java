package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** Labels become tags with the value {@code true}, metadata become tags with their own values; a label wins. */
final class Tags {

    private static final String LABEL_VALUE = "true";

    private Tags() {}

    static Map<String, String> of(SpanView view) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (String key : GenAiFields.TAGS) {
            Decode.texts(view.attribute(key)).forEach(label -> tags.putIfAbsent(label, LABEL_VALUE));
        }
        for (String key : GenAiFields.METADATA) {
            JsonNode metadata = Decode.tree(view.attribute(key));
            if (metadata != null && metadata.isObject()) {
                metadata.properties().forEach(entry -> add(tags, entry.getKey(), entry.getValue()));
            }
        }
        return tags;
    }

    private static void add(Map<String, String> tags, String key, JsonNode value) {
        if (!value.isNull()) {
            tags.putIfAbsent(key, value.isValueNode() ? value.asText() : Json.write(value));
        }
    }
}
