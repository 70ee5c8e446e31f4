package io.llmtrace.otlp.chat;

import static io.llmtrace.otlp.chat.Fields.first;
import static io.llmtrace.otlp.chat.Fields.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.otlp.internal.wire.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses a single message: an object with a role, a LangChain message with a type, or content alone. */
final class MessageReader {

    private static final List<String> CONTENT = List.of(
            "content",
            "contents",
            "items",
            "tool_calls",
            "toolCalls",
            "text",
            "function_call",
            "reasoning_content",
            "refusal",
            "additional_kwargs");

    /** Fields of a message without a role. With any other field, an object that has content is not a message. */
    private static final Set<String> OF_BARE_MESSAGE = Set.of(
            "content",
            "contents",
            "name",
            "id",
            "tool_calls",
            "function_call",
            "refusal",
            "annotations",
            "audio",
            "finish_reason",
            "reasoning_content",
            "additional_kwargs",
            "response_metadata",
            "usage_metadata",
            "invalid_tool_calls");

    private static final String[] REASONS = {"finish_reason", "finishReason", "stop_reason", "stopReason", "done_reason"
    };

    private MessageReader() {}

    /** Returns whether an object is a message. */
    static boolean isMessage(ObjectNode object) {
        if (object.path("parts").isArray()) {
            return true;
        }
        boolean hasRole = object.path("role").isTextual() || roleOfType(object) != null;
        return hasRole
                ? CONTENT.stream().anyMatch(object::has)
                        || object.path("message").isTextual()
                : isBareMessage(object);
    }

    /** Returns whether an object is a message without a role, as an answer may be. */
    private static boolean isBareMessage(ObjectNode object) {
        JsonNode calls = first(object, "tool_calls", "toolCalls");
        if (calls.isArray() && !calls.isEmpty() && calls.get(0).isObject()) {
            return true;
        }
        JsonNode content = first(object, "content", "contents");
        boolean isContent = content.isTextual() || (content.isArray() && !content.isEmpty() && allParts(content));
        boolean isItem = object.path("type").asText().equals("message"); // of OpenAI's Responses API
        return isContent
                && (isItem || object.properties().stream().allMatch(field -> OF_BARE_MESSAGE.contains(field.getKey())));
    }

    private static boolean allParts(JsonNode list) {
        for (JsonNode part : list) {
            if (!Parts.isKnown(part)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Unwraps a message as LangChain stores it; returns null for anything else:
     *
     * <pre>
     *   {"type": "ai", "data": {"content": …}}
     *   {"lc": 1, "type": "constructor", "id": […, "AIMessage"], "kwargs": {"content": …}}
     * </pre>
     */
    static @Nullable ObjectNode langChainMessage(ObjectNode object) {
        String name = object.path("type").asText();
        JsonNode inner = object.path("data");
        if (object.path("id").isArray() && object.path("kwargs").isObject()) {
            JsonNode id = object.path("id");
            name = id.path(id.size() - 1).asText();
            inner = object.path("kwargs");
        }
        String role = ChatSynonyms.knownRole(name);
        if (role == null || !(inner instanceof ObjectNode message) || !message.has("content")) {
            return null;
        }
        return message.deepCopy().put("role", role);
    }

    /** Returns the definition of a tool that is sent as a message; null if the message is an ordinary one. */
    static @Nullable JsonNode definitionIn(ObjectNode message) {
        boolean ofTool = "tool".equals(ChatSynonyms.role(message.path("role").asText("")));
        if (!ofTool || text(message, "tool_call_id", "toolCallId") != null) {
            return null;
        }
        JsonNode content = Json.unwrapped(message.path("content"));
        return ToolDefinitions.isDefinitionInMessage(content) ? content : null;
    }

    /** Returns the role that the type of a LangChain message stands for; null for any other type. */
    private static @Nullable String roleOfType(ObjectNode object) {
        String type = object.path("type").textValue();
        return type == null ? null : ChatSynonyms.knownRole(type);
    }

    /** Parses a message. */
    static ChatMessage read(ObjectNode object, String defaultRole) {
        String ofType = roleOfType(object);
        String role = ChatSynonyms.role(object.path("role").asText(ofType == null ? defaultRole : ofType));
        JsonNode more = object.path("additional_kwargs");
        List<ChatPart> parts = new ArrayList<>();
        addReasoning(object, more, parts);
        JsonNode content = first(object, "parts", "content", "contents", "items", "text", "message");
        String callId = text(object, "tool_call_id", "toolCallId");
        if (callId != null || (role.equals("tool") && content.isTextual())) {
            parts.add(ChatPart.toolResult(
                    callId != null ? callId : text(object, "id"),
                    text(object, "name"),
                    ToolParts.plainResult(content)));
        } else {
            parts.addAll(Parts.ofContent(content));
        }
        String spoken = text(object.path("audio"), "transcript");
        if (spoken != null) {
            parts.add(ChatPart.text(spoken));
        }
        String refusal = text(object, "refusal");
        if (refusal != null) {
            parts.add(ChatPart.text(refusal));
        }
        addCalls(object, parts);
        addCalls(more, parts);
        object.path("executed_tools").forEach(call -> parts.addAll(ToolParts.serverCall(call)));
        return ChatMessage.of(roleOf(role, parts), parts).withFinishReason(finishReason(object));
    }

    /** Returns the finish reason of a message or of what holds one; null if there is none. */
    static @Nullable String finishReason(JsonNode object) {
        String reason = text(object, REASONS);
        reason = reason == null ? text(object.path("generation_info"), REASONS) : reason; // of LangChain
        return reason == null ? null : ChatSynonyms.finishReason(reason);
    }

    /**
     * Returns whether an object is a message that the next one continues: Google's instrumentations report each chunk of a stream as a
     * message, and all but the last have an empty finish reason.
     */
    static boolean isUnfinished(JsonNode object) {
        JsonNode reason = object.path("finish_reason");
        return reason.isTextual() && reason.asText().isEmpty();
    }

    private static void addReasoning(ObjectNode object, JsonNode more, List<ChatPart> parts) {
        String reasoning = text(object, "reasoning_content", "reasoning", "thinking");
        reasoning = reasoning != null ? reasoning : text(more, "reasoning_content");
        if (reasoning != null) {
            parts.add(ChatPart.reasoning(reasoning));
        }
    }

    /** Adds the calls that stand beside the content, without those that the content or another list has, too. */
    private static void addCalls(JsonNode holder, List<ChatPart> parts) {
        Set<Object> present = new HashSet<>();
        for (ChatPart part : parts) {
            if (part.type().equals(ChatPart.TOOL_CALL)) {
                present.add(identityOf(part));
            }
        }
        List<ChatPart> calls = new ArrayList<>();
        first(holder, "tool_calls", "toolCalls").forEach(call -> calls.add(ToolParts.call(call)));
        if (holder.path("function_call").isObject()) {
            calls.add(ToolParts.call(holder.path("function_call")));
        }
        for (ChatPart call : calls) {
            if (!present.contains(identityOf(call))) {
                parts.add(call);
            }
        }
    }

    private static Object identityOf(ChatPart call) {
        String id = call.id();
        return id != null ? id : new NamelessCall(call.name(), call.arguments());
    }

    /** A call without an id is known by what it says. */
    private record NamelessCall(
            @Nullable String name, @Nullable JsonNode arguments) {}

    /**
     * Returns {@code tool} for a message of tool results, which some emitters send as a message of the user; otherwise the
     * given role.
     */
    private static String roleOf(String role, List<ChatPart> parts) {
        boolean results = role.equals("user")
                && !parts.isEmpty()
                && parts.stream().allMatch(part -> part.type().equals(ChatPart.TOOL_RESULT));
        return results ? "tool" : role;
    }
}
