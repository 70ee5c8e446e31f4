package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.chat.Chat;
import io.llmtrace.otlp.chat.ChatMessage;
import io.llmtrace.otlp.chat.ChatMessages;
import io.llmtrace.otlp.chat.ChatPart;
import io.llmtrace.otlp.chat.ToolDefinition;
import io.llmtrace.otlp.chat.ToolDefinitions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was said in a stored span, in one form for every convention. It is read from prompt, response and attributes each
 * time, and stored nowhere.
 */
public final class Chats {

    private static final Set<String> SYSTEM_ROLES = Set.of("system", "developer");

    private Chats() {}

    /** Of any span: one of a tool has its call as input and its result as output. */
    public static Chat of(TraceSpan span) {
        if (span.kind() == SpanKind.TOOL) {
            return ofTool(span);
        }
        List<ChatMessage> input = span.prompt() == null ? List.of() : ChatMessages.parse(span.prompt(), "user");
        List<ChatMessage> output =
                span.response() == null ? List.of() : ChatMessages.parse(span.response(), "assistant");
        List<ChatMessage> said = output.stream().filter(Chats::saysSomething).toList();
        SpanView view = SpanEncoder.viewOf(span);
        return new Chat(system(view, input), input, withReason(said, span.finishReason()), tools(view));
    }

    /** Some instrumentations report an empty answer of a call that failed. */
    private static boolean saysSomething(ChatMessage message) {
        return !message.parts().stream().allMatch(part -> part.type().equals(ChatPart.TEXT) && "".equals(part.text()));
    }

    private static Chat ofTool(TraceSpan span) {
        AgentAction action =
                span.agentActions().isEmpty() ? null : span.agentActions().get(0);
        String name = action == null ? span.operationName() : action.name();
        String id = action == null ? null : action.metadata().get(AgentActions.TOOL_CALL_ID);
        List<ChatMessage> input = new ArrayList<>();
        if (span.prompt() != null) {
            ChatPart call = ChatPart.toolCall(id, name, jsonOrText(span.prompt()));
            input.add(new ChatMessage("assistant", List.of(call), null));
        }
        List<ChatMessage> output = new ArrayList<>();
        if (span.response() != null) {
            ChatPart result = ChatPart.toolResult(id, name, jsonOrText(span.response()));
            output.add(new ChatMessage("tool", List.of(result), null));
        }
        return new Chat(List.of(), input, output, List.of());
    }

    private static List<ChatPart> system(SpanView view, List<ChatMessage> input) {
        List<ChatPart> parts = new ArrayList<>();
        String instructions = view.first(Target.SYSTEM_INSTRUCTIONS);
        if (instructions != null) {
            ChatMessages.parse(instructions, "system").forEach(message -> parts.addAll(message.parts()));
            return parts;
        }
        for (ChatMessage message : input) {
            if (SYSTEM_ROLES.contains(message.role())) {
                parts.addAll(message.parts());
            }
        }
        return parts;
    }

    private static List<ToolDefinition> tools(SpanView view) {
        String definitions = view.first(Target.TOOL_DEFINITIONS);
        return definitions == null ? List.of() : ToolDefinitions.parse(definitions);
    }

    /** The reason of the span is that of its only message. */
    private static List<ChatMessage> withReason(List<ChatMessage> output, @Nullable String reason) {
        if (reason == null || output.size() != 1 || output.get(0).finishReason() != null) {
            return output;
        }
        ChatMessage message = output.get(0);
        return List.of(new ChatMessage(message.role(), message.parts(), reason));
    }

    private static JsonNode jsonOrText(String text) {
        JsonNode tree = Json.tree(text);
        return tree == null ? TextNode.valueOf(text) : tree;
    }
}
