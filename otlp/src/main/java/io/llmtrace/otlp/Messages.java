package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chat messages as OpenTelemetry writes them: {@code [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]}.
 * Only what arrives in pieces is put into this form; what arrives as one text stays as it is.
 */
final class Messages {

    private static final Map<String, String> ROLES = Map.of(
            "human", "user",
            "ai", "assistant",
            "model", "assistant",
            "bot", "assistant",
            "function", "tool",
            "instruction", "system");

    private static final Map<String, String> FINISH_REASONS = Map.ofEntries(
            Map.entry("stop", "stop"),
            Map.entry("end_turn", "stop"),
            Map.entry("stop_sequence", "stop"),
            Map.entry("completed", "stop"),
            Map.entry("eos", "stop"),
            Map.entry("length", "length"),
            Map.entry("max_tokens", "length"),
            Map.entry("max_output_tokens", "length"),
            Map.entry("model_length", "length"),
            Map.entry("model_context_window_exceeded", "length"),
            Map.entry("tool_call", "tool_call"),
            Map.entry("tool_calls", "tool_call"),
            Map.entry("tool-calls", "tool_call"),
            Map.entry("tool_use", "tool_call"),
            Map.entry("function_call", "tool_call"),
            Map.entry("content_filter", "content_filter"),
            Map.entry("content-filter", "content_filter"),
            Map.entry("content_filtered", "content_filter"),
            Map.entry("guardrail_intervened", "content_filter"),
            Map.entry("safety", "content_filter"),
            Map.entry("recitation", "content_filter"),
            Map.entry("blocklist", "content_filter"),
            Map.entry("prohibited_content", "content_filter"),
            Map.entry("spii", "content_filter"),
            Map.entry("refusal", "content_filter"),
            Map.entry("error", "error"),
            Map.entry("other", "error"),
            Map.entry("malformed_function_call", "error"));

    private Messages() {}

    static ArrayNode list() {
        return Json.MAPPER.createArrayNode();
    }

    /** A message without parts. */
    static ObjectNode message(String role) {
        ObjectNode message = Json.MAPPER.createObjectNode();
        message.put("role", ROLES.getOrDefault(role.toLowerCase(Locale.ROOT), role));
        message.putArray("parts");
        return message;
    }

    static ArrayNode partsOf(ObjectNode message) {
        return message.withArrayProperty("parts");
    }

    static ObjectNode addText(ObjectNode message, String content) {
        ObjectNode part = partsOf(message).addObject();
        return part.put("type", "text").put("content", content);
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
        return FINISH_REASONS.getOrDefault(raw.strip().toLowerCase(Locale.ROOT), raw);
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
