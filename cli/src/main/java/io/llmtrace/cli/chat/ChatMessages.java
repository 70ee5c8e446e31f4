package io.llmtrace.cli.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.cli.chat.ChatMessage.Part;
import io.llmtrace.cli.chat.ChatMessage.Text;
import io.llmtrace.cli.chat.ChatMessage.ToolCall;
import io.llmtrace.cli.chat.ChatMessage.ToolResult;
import io.llmtrace.json.TraceJson;
import io.llmtrace.storage.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a prompt or a response in the shapes that applications send: arrays of messages, an object that holds such an
 * array, one message alone. What has no such shape is one message with the text as it is.
 */
public final class ChatMessages {

    private ChatMessages() {}

    /** @param role of a text that does not say */
    public static List<ChatMessage> parse(String text, String role) {
        return structured(text, role).orElseGet(() -> List.of(new ChatMessage(role, List.of(new Text(text)))));
    }

    private static Optional<List<ChatMessage>> structured(String text, String role) {
        String start = text.stripLeading();
        if (!start.startsWith("[") && !start.startsWith("{")) {
            return Optional.empty();
        }
        try {
            List<ChatMessage> messages = new ArrayList<>();
            JsonNode root = TraceJson.readTree(text.getBytes(StandardCharsets.UTF_8));
            return collect(root, role, messages) && !messages.isEmpty() ? Optional.of(messages) : Optional.empty();
        } catch (InvalidRequestException e) {
            return Optional.empty(); // looks like JSON and is not, such as a prompt that was cut off
        }
    }

    /** @return whether all of it was understood */
    private static boolean collect(JsonNode node, String role, List<ChatMessage> messages) {
        if (node.isArray()) {
            for (JsonNode element : node) {
                if (!collect(element, role, messages)) {
                    return false;
                }
            }
            return true;
        }
        if (!(node instanceof ObjectNode object)) {
            return false;
        }
        for (String wrapper : List.of("messages", "choices", "candidates")) {
            if (object.path(wrapper).isArray()) {
                addSystem(object, messages);
                return collect(object.path(wrapper), role, messages);
            }
        }
        if (object.path("message").isObject()) {
            return collect(object.path("message"), role, messages);
        }
        if (object.path("content").isObject()
                && object.path("content").path("parts").isArray()) {
            return collect(object.path("content"), role, messages);
        }
        if (isMessage(object)) {
            messages.add(message(object, role));
            return true;
        }
        // A part without a message around it, as some responses are.
        Part part = PartReader.read(object);
        if (part instanceof ChatMessage.Other) {
            return false;
        }
        messages.add(new ChatMessage(role, List.of(part)));
        return true;
    }

    private static void addSystem(ObjectNode object, List<ChatMessage> messages) {
        JsonNode system = object.path("system");
        if (!system.isMissingNode() && !system.isNull()) {
            messages.add(new ChatMessage("system", parts(system)));
        }
    }

    private static boolean isMessage(ObjectNode object) {
        return object.path("parts").isArray()
                || (object.path("role").isTextual()
                        && (object.has("content") || object.has("tool_calls") || object.has("text")));
    }

    private static ChatMessage message(ObjectNode object, String defaultRole) {
        String role = object.path("role").asText(defaultRole);
        List<Part> parts = new ArrayList<>();
        text(object, "reasoning_content", "reasoning")
                .ifPresent(reasoning -> parts.add(new ChatMessage.Reasoning(reasoning)));
        JsonNode content = first(object, "parts", "content", "text");
        if (role.equals("tool") && content.isTextual()) {
            parts.add(new ToolResult(
                    text(object, "tool_call_id").orElse(null),
                    text(object, "name").orElse(null),
                    content.asText()));
        } else {
            parts.addAll(parts(content));
        }
        object.path("tool_calls").forEach(call -> parts.add(PartReader.toolCall(call)));
        return new ChatMessage(role, parts);
    }

    private static List<Part> parts(JsonNode content) {
        List<Part> parts = new ArrayList<>();
        if (content.isArray()) {
            content.forEach(part -> parts.add(PartReader.read(part)));
        } else if (!content.isMissingNode() && !content.isNull()) {
            parts.add(PartReader.read(content));
        }
        return parts;
    }

    static JsonNode first(JsonNode object, String... names) {
        for (String name : names) {
            if (object.hasNonNull(name)) {
                return object.path(name);
            }
        }
        return object.path(names[0]);
    }

    static Optional<String> text(JsonNode object, String... names) {
        JsonNode value = first(object, names);
        return value.isTextual() && !value.asText().isEmpty() ? Optional.of(value.asText()) : Optional.empty();
    }

    /** The calls of a message. */
    public static List<ToolCall> toolCalls(ChatMessage message) {
        return message.parts().stream()
                .filter(ToolCall.class::isInstance)
                .map(ToolCall.class::cast)
                .toList();
    }

    /** The written text of a message, or null if there is none. */
    public static @Nullable String textOf(ChatMessage message) {
        List<String> texts = message.parts().stream()
                .filter(Text.class::isInstance)
                .map(part -> ((Text) part).text())
                .filter(text -> !text.isBlank())
                .toList();
        return texts.isEmpty() ? null : String.join("\n", texts);
    }
}
