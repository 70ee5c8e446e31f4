package io.llmtrace.otlp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import org.jspecify.annotations.Nullable;

/** Fields that emitters name differently. */
final class Fields {

    private Fields() {}

    /** Returns the first of the fields that is present and not null; a missing node if none is. */
    static JsonNode first(JsonNode object, String... names) {
        for (String name : names) {
            if (object.hasNonNull(name)) {
                return object.path(name);
            }
        }
        return MissingNode.getInstance();
    }

    /** Returns the first of the fields that is a text and not empty; null if none is. */
    static @Nullable String text(JsonNode object, String... names) {
        for (String name : names) {
            String text = object.path(name).textValue();
            if (text != null && !text.isEmpty()) {
                return text;
            }
        }
        return null;
    }
}
