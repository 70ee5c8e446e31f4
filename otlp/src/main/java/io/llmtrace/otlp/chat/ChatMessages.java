package io.llmtrace.otlp.chat;

import static io.llmtrace.otlp.chat.Parts.first;
import static io.llmtrace.otlp.chat.Parts.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a prompt or a response in the shapes that applications and instrumentations send: arrays of messages, an object that
 * holds such an array, one message alone, parts without a message around them. Of what has none of these shapes, text is one
 * message with this text, and JSON is one message with a part of type {@code json}.
 */
public final class ChatMessages {

    private static final List<String> WRAPPERS =
            List.of("messages", "choices", "candidates", "contents", "generations", "inputs", "kwargs", "prompt");

    /** Deeper nesting is no chat. */
    private static final int MAX_DEPTH = 12;

    private ChatMessages() {}

    /** @param role of a text that does not say */
    public static List<ChatMessage> parse(String text, String role) {
        JsonNode tree = JsonText.tree(text);
        if (tree == null) {
            return List.of(new ChatMessage(role, List.of(ChatPart.text(text)), null));
        }
        List<ChatMessage> messages = new ArrayList<>();
        if (collect(tree, role, messages, 0) && !messages.isEmpty()) {
            return List.copyOf(messages);
        }
        return List.of(new ChatMessage(role, List.of(ChatPart.json(text)), null));
    }

    /** The calls of a message. */
    public static List<ChatPart> toolCalls(ChatMessage message) {
        return message.parts().stream()
                .filter(part -> part.type().equals(ChatPart.TOOL_CALL))
                .toList();
    }

    /** The written text of a message, or null if there is none. */
    public static @Nullable String textOf(ChatMessage message) {
        List<String> texts = new ArrayList<>();
        for (ChatPart part : message.parts()) {
            String text = part.text();
            if (part.type().equals(ChatPart.TEXT) && text != null && !text.isBlank()) {
                texts.add(text);
            }
        }
        return texts.isEmpty() ? null : String.join("\n", texts);
    }

    /** @return whether all of it was understood */
    private static boolean collect(JsonNode node, String role, List<ChatMessage> messages, int depth) {
        if (depth > MAX_DEPTH) {
            return false;
        }
        if (node.isArray()) {
            return collectArray(node, role, messages, depth);
        }
        if (!(node instanceof ObjectNode object)) {
            return false;
        }
        if (isMessage(object)) {
            messages.add(message(object, role));
            return true;
        }
        ObjectNode ofLangChain = messageOfLangChain(object);
        if (ofLangChain != null) {
            messages.add(message(ofLangChain, role));
            return true;
        }
        for (String wrapper : WRAPPERS) {
            if (object.path(wrapper).isArray() || (object.path(wrapper).isObject() && !wrapper.equals("prompt"))) {
                addSystem(object, messages);
                return collect(object.path(wrapper), role, messages, depth + 1);
            }
        }
        if (object.path("prompt").isTextual() && (object.has("system") || object.size() == 1)) {
            addSystem(object, messages);
            messages.add(new ChatMessage(role, List.of(ChatPart.text(object.path("prompt").asText())), null));
            return true;
        }
        if (object.path("message").isObject()) {
            return collectChoice(object, role, messages, depth);
        }
        if (object.path("content").isObject()
                && object.path("content").path("parts").isArray()) {
            return collect(object.path("content"), role, messages, depth + 1);
        }
        return collectPart(object, role, messages);
    }

    /** Neighbouring parts without a message around them make one. */
    private static boolean collectArray(JsonNode array, String role, List<ChatMessage> messages, int depth) {
        if (isPair(array)) {
            messages.add(new ChatMessage(
                    Words.role(array.get(0).asText()),
                    List.of(ChatPart.text(array.get(1).asText())),
                    null));
            return true;
        }
        List<ChatPart> loose = new ArrayList<>();
        for (JsonNode element : array) {
            if (element.isTextual()) {
                loose.add(ChatPart.text(element.asText()));
                continue;
            }
            boolean part = element.isObject() && !isMessage((ObjectNode) element) && Parts.isKnown(element);
            if (part && !Parts.isItem(element)) {
                loose.add(Parts.read(element));
                continue;
            }
            addLoose(loose, role, messages);
            if (!collect(element, role, messages, depth + 1)) {
                return false;
            }
        }
        addLoose(loose, role, messages);
        return true;
    }

    /** {@code ["user", "Hi"]}, as LangChain allows messages to be written. */
    private static boolean isPair(JsonNode array) {
        return array.size() == 2
                && array.get(0).isTextual()
                && array.get(1).isTextual()
                && Words.knownRole(array.get(0).asText()) != null;
    }

    private static void addLoose(List<ChatPart> loose, String role, List<ChatMessage> messages) {
        if (!loose.isEmpty()) {
            messages.add(new ChatMessage(role, loose, null));
            loose.clear();
        }
    }

    /** A part without a message around it, as some responses are. */
    private static boolean collectPart(ObjectNode object, String role, List<ChatMessage> messages) {
        if (!Parts.isKnown(object)) {
            return false;
        }
        ChatPart part = Parts.read(object);
        String ofPart = switch (part.type()) {
            case ChatPart.TOOL_RESULT -> "tool";
            case ChatPart.TOOL_CALL, ChatPart.REASONING -> "assistant";
            default -> role;
        };
        messages.add(new ChatMessage(ofPart, List.of(part), null));
        return true;
    }

    private static boolean collectChoice(ObjectNode choice, String role, List<ChatMessage> messages, int depth) {
        int before = messages.size();
        if (!collect(choice.path("message"), role, messages, depth + 1)) {
            return false;
        }
        String reason = text(choice, "finish_reason", "finishReason", "stop_reason");
        if (reason != null && messages.size() == before + 1) {
            ChatMessage message = messages.get(before);
            messages.set(before, new ChatMessage(message.role(), message.parts(), Words.finishReason(reason)));
        }
        return true;
    }

    private static void addSystem(ObjectNode object, List<ChatMessage> messages) {
        JsonNode system = first(object, "system", "system_instruction", "systemInstruction", "instructions");
        if (system.isTextual() || system.isContainerNode()) {
            messages.add(new ChatMessage("system", parts(system), null));
        }
    }

    private static boolean isMessage(ObjectNode object) {
        if (object.path("parts").isArray()) {
            return true;
        }
        boolean says = object.has("content")
                || object.has("tool_calls")
                || object.has("text")
                || object.has("function_call")
                || object.has("reasoning_content");
        return says && (object.path("role").isTextual() || roleOfType(object) != null);
    }

    /**
     * LangChain's messages as it stores them:
     *
     * <pre>
     *   {"type": "ai", "data": {"content": …}}
     *   {"lc": 1, "type": "constructor", "id": […, "AIMessage"], "kwargs": {"content": …}}
     * </pre>
     */
    private static @Nullable ObjectNode messageOfLangChain(ObjectNode object) {
        String name = object.path("type").asText();
        JsonNode inner = object.path("data");
        if (object.path("id").isArray() && object.path("kwargs").isObject()) {
            JsonNode id = object.path("id");
            name = id.path(id.size() - 1).asText();
            inner = object.path("kwargs");
        }
        String role = Words.knownRole(name);
        if (role == null || !(inner instanceof ObjectNode message) || !message.has("content")) {
            return null;
        }
        return message.deepCopy().put("role", role);
    }

    /** LangChain says who speaks by the type of the message. */
    private static @Nullable String roleOfType(ObjectNode object) {
        String type = object.path("type").textValue();
        return type == null ? null : Words.knownRole(type);
    }

    private static ChatMessage message(ObjectNode object, String defaultRole) {
        String ofType = roleOfType(object);
        String role = Words.role(object.path("role").asText(ofType == null ? defaultRole : ofType));
        List<ChatPart> parts = new ArrayList<>();
        String reasoning = text(object, "reasoning_content", "reasoning", "thinking");
        if (reasoning != null) {
            parts.add(ChatPart.reasoning(reasoning));
        }
        JsonNode content = first(object, "parts", "content", "text");
        String callId = text(object, "tool_call_id", "toolCallId");
        if (callId != null || (role.equals("tool") && content.isTextual())) {
            parts.add(ChatPart.toolResult(
                    callId != null ? callId : text(object, "id"), text(object, "name"), Parts.plainResult(content)));
        } else {
            parts.addAll(parts(content));
        }
        object.path("tool_calls").forEach(call -> parts.add(Parts.toolCall(call)));
        if (object.path("function_call").isObject()) {
            parts.add(Parts.toolCall(object.path("function_call")));
        }
        String reason = text(object, "finish_reason", "finishReason", "stop_reason");
        return new ChatMessage(roleOf(role, parts), parts, reason == null ? null : Words.finishReason(reason));
    }

    /** Some send the results of tools as what the user says. */
    private static String roleOf(String role, List<ChatPart> parts) {
        boolean results = role.equals("user")
                && !parts.isEmpty()
                && parts.stream().allMatch(part -> part.type().equals(ChatPart.TOOL_RESULT));
        return results ? "tool" : role;
    }

    static List<ChatPart> parts(JsonNode content) {
        List<ChatPart> parts = new ArrayList<>();
        if (content.isArray()) {
            content.forEach(part -> parts.add(Parts.read(part)));
        } else if (!content.isMissingNode() && !content.isNull()) {
            parts.add(Parts.read(content));
        }
        return parts;
    }
}
