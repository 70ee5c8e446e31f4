package io.llmtrace.otlp.internal.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.otlp.chat.ChatSynonyms;
import io.llmtrace.otlp.internal.wire.Json;
import org.jspecify.annotations.Nullable;

/**
 * Builders of chat messages in OpenTelemetry's form: {@code [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]}.
 * Only messages that arrive in pieces are converted to this form; a text that arrives whole is never rewritten.
 */
public final class Messages {

    private Messages() {}

    static ArrayNode list() {
        return Json.MAPPER.createArrayNode();
    }

    /** Returns a message without parts. */
    static ObjectNode message(String role) {
        ObjectNode message = Json.MAPPER.createObjectNode();
        message.put("role", ChatSynonyms.role(role));
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
        putIfPresent(part, "id", id);
        putIfPresent(part, "name", name);
        if (arguments != null) {
            part.set("arguments", Json.unwrapped(arguments)); // often JSON inside a JSON string
        }
    }

    /** Adds a call in any of the shapes that instrumentations send: with or without a function around name and arguments. */
    static void addToolCallIn(ObjectNode message, JsonNode call) {
        JsonNode function = call.path("function").isObject() ? call.path("function") : call;
        addToolCall(
                message,
                firstText(call, "call_id", "id", "tool_call_id", "toolCallId"),
                firstText(function, "name", "toolName", "tool_name"),
                first(function, "arguments", "input", "args"));
        if (call.path("providerExecuted").asBoolean()
                && partsOf(message).get(partsOf(message).size() - 1) instanceof ObjectNode part) {
            part.put("providerExecuted", true);
        }
    }

    /** Adds the call that an object is, or the calls in a list, each of which may be written as text; nothing for null. */
    static void addToolCallsIn(ObjectNode message, @Nullable JsonNode calls) {
        if (calls != null && calls.isObject()) {
            addToolCallIn(message, calls);
        } else if (calls != null) {
            calls.forEach(call -> addToolCallIn(message, Json.unwrapped(call)));
        }
    }

    private static @Nullable JsonNode first(JsonNode object, String... names) {
        for (String name : names) {
            if (object.has(name)) {
                return object.get(name);
            }
        }
        return null;
    }

    private static @Nullable String firstText(JsonNode object, String... names) {
        for (String name : names) {
            if (object.path(name).isTextual()) {
                return object.path(name).textValue();
            }
        }
        return null;
    }

    static void addToolResponse(ObjectNode message, @Nullable String id, @Nullable String name, JsonNode response) {
        ObjectNode part = partsOf(message).addObject().put("type", "tool_call_response");
        putIfPresent(part, "id", id);
        putIfPresent(part, "name", name);
        part.set("response", response);
    }

    /** Adds an image or audio. The content of a {@code data:} URL becomes the content of the part. */
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

    static void putIfPresent(ObjectNode object, String field, @Nullable String value) {
        if (value != null) {
            object.put(field, value);
        }
    }

    /** Returns the common name of a finish reason; an unknown one unchanged. */
    public static String finishReason(String raw) {
        return ChatSynonyms.finishReason(raw);
    }

    /** Writes a list as JSON; returns null for an empty one. */
    static @Nullable String write(ArrayNode messages) {
        return messages.isEmpty() ? null : Json.write(messages);
    }
}
