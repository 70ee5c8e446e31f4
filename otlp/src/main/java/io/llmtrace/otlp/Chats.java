package io.llmtrace.otlp;

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
import io.llmtrace.otlp.internal.mapping.MappedField;
import io.llmtrace.otlp.internal.mapping.StoredSpan;
import io.llmtrace.otlp.internal.messages.AgentActions;
import io.llmtrace.otlp.internal.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the conversation of a stored span in one form for every convention. It is parsed from prompt, response and attributes on
 * each read, and not stored.
 */
public final class Chats {

    private static final Set<String> SYSTEM_ROLES = Set.of("system", "developer");

    private Chats() {}

    /** Returns the conversation of any span. For a tool span, the input is the call and the output is its result. */
    public static Chat of(TraceSpan span) {
        if (span.kind() == SpanKind.TOOL) {
            return ofTool(span);
        }
        ChatMessages.Content prompt = span.prompt() == null ? null : ChatMessages.parseContent(span.prompt(), "user");
        List<ChatMessage> input = prompt == null ? List.of() : prompt.messages();
        List<ToolDefinition> toolsInPrompt = prompt == null ? List.of() : prompt.tools();
        List<ChatMessage> output =
                span.response() == null ? List.of() : ChatMessages.parse(span.response(), "assistant");
        List<ChatMessage> answers = output.stream().filter(Chats::hasContent).toList();
        StoredSpan stored = new StoredSpan(span);
        return Chat.of(
                system(stored, input), input, withReason(answers, span.finishReason()), tools(stored, toolsInPrompt));
    }

    /** Returns false for the empty answer that some instrumentations report for a call that failed. */
    private static boolean hasContent(ChatMessage message) {
        return !message.parts().stream().allMatch(part -> part.type().equals(ChatPart.TEXT) && "".equals(part.text()));
    }

    private static Chat ofTool(TraceSpan span) {
        AgentAction action =
                span.agentActions().isEmpty() ? null : span.agentActions().get(0);
        String name = action == null ? span.operationName() : action.name();
        String id = action == null ? null : action.metadata().get(AgentActions.TOOL_CALL_ID);
        List<ChatMessage> input = new ArrayList<>();
        if (span.prompt() != null) {
            ChatPart call = ChatPart.toolCall(id, name, Json.unwrapped(TextNode.valueOf(span.prompt())));
            input.add(ChatMessage.of("assistant", List.of(call)));
        }
        List<ChatMessage> output = new ArrayList<>();
        String answer = action == null || action.result() == null ? span.response() : action.result();
        if (answer != null) {
            ChatPart result = ChatPart.toolResult(id, name, Json.unwrapped(TextNode.valueOf(answer)));
            output.add(ChatMessage.of("tool", List.of(result)));
        }
        return Chat.of(List.of(), input, output, List.of());
    }

    private static List<ChatPart> system(StoredSpan span, List<ChatMessage> input) {
        List<ChatPart> parts = new ArrayList<>();
        String instructions = span.first(MappedField.SYSTEM_INSTRUCTIONS);
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

    /** Returns the definitions that the span has apart from its prompt, else those in it. */
    private static List<ToolDefinition> tools(StoredSpan span, List<ToolDefinition> toolsInPrompt) {
        String definitions = span.first(MappedField.TOOL_DEFINITIONS);
        List<ToolDefinition> tools = definitions == null ? List.of() : ToolDefinitions.parse(definitions);
        return tools.isEmpty() ? toolsInPrompt : tools;
    }

    /** Adds the finish reason of the span to its only message, if that has none. */
    private static List<ChatMessage> withReason(List<ChatMessage> output, @Nullable String reason) {
        if (reason == null || output.size() != 1 || output.get(0).finishReason() != null) {
            return output;
        }
        ChatMessage message = output.get(0);
        return List.of(message.withFinishReason(reason));
    }
}
