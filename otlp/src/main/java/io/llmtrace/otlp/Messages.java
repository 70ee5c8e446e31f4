package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.otlp.chat.Words;
import org.jspecify.annotations.Nullable;

/**
 * Chat messages as OpenTelemetry writes them: {@code [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]}.
 * Only what arrives in pieces is put into this form; what arrives as one text stays as it is.
 */
final class Messages {

    private Messages() {}

    static ArrayNode list() {
        return Json.MAPPER.createArrayNode();
    }

    /** A message without parts. */
    static ObjectNode message(String role) {
        ObjectNode message = Json.MAPPER.createObjectNode();
        message.put("role", Words.role(role));
        message.putArray("parts");
        return message;
    }

    static ArrayNode partsOf(ObjectNode message) {
        return message.withArrayProperty("parts");
    }

    static ObjectNode addText(ObjectNode message, String content) {
        partsOf(message).addObject().put("type", "text").put("content", content);
        return message;
    }

    static void addToolCall(
            ObjectNode message, @Nullable String id, @Nullable String name, @Nullable JsonNode arguments) {
        ObjectNode part = partsOf(message).addObject().put("type", "tool_call");
        putIfThere(part, "id", id);
        putIfThere(part, "name", name);
        if (arguments != null) {
            part.set("arguments", treeOrText(arguments));
        }
    }

    static void addToolResponse(ObjectNode message, @Nullable String id, @Nullable String name, JsonNode response) {
        ObjectNode part = partsOf(message).addObject().put("type", "tool_call_response");
        putIfThere(part, "id", id);
        putIfThere(part, "name", name);
        part.set("response", response);
    }

    /** @param url also a {@code data:} URL, whose content then is the part's */
    static void addMedia(ObjectNode message, String modality, String url) {
        ObjectNode part = partsOf(message).addObject();
        int comma = url.indexOf(',');
        if (url.startsWith("data:") && comma > 0 && url.substring(0, comma).endsWith(";base64")) {
            String mimeType = url.substring("data:".length(), url.indexOf(';'));
            part.put("type", "blob").put("modality", modality);
            part.put("mime_type", mimeType).put("content", url.substring(comma + 1));
            return;
        }
        part.put("type", "uri").put("modality", modality).put("uri", url);
    }

    static void putIfThere(ObjectNode object, String field, @Nullable String value) {
        if (value != null) {
            object.put(field, value);
        }
    }

    /** The common name of a finish reason; an unknown one as it is. */
    static String finishReason(String raw) {
        return Words.finishReason(raw);
    }

    /** Arguments often are JSON inside of a JSON string. */
    static JsonNode treeOrText(JsonNode value) {
        JsonNode tree = value.isTextual() ? Json.tree(value.textValue()) : null;
        return tree == null ? value : tree;
    }

    /** @return null for an empty list */
    static @Nullable String write(ArrayNode messages) {
        return messages.isEmpty() ? null : Json.write(messages);
    }
}
