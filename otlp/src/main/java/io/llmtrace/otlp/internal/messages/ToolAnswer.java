package io.llmtrace.otlp.internal.messages;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.otlp.chat.ChatMessage;
import io.llmtrace.otlp.chat.ChatMessages;
import io.llmtrace.otlp.chat.ChatPart;
import io.llmtrace.otlp.internal.wire.Json;
import io.llmtrace.otlp.internal.wire.PythonLiteral;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the output of a tool span says of the call. LangChain's tools return the message for the model, which names the call:
 *
 * <pre>
 *   {"type": "tool", "content": "Noon", "name": "get_time", "tool_call_id": "c1", "status": "success"}
 * </pre>
 *
 * @param callId the model's id of the call; null if the output does not name it
 * @param name the name of the tool; null if the output does not name it
 * @param result the result alone: the content of the message, or the whole output if it is none; null if there is no output
 * @param failed whether it reports an error, as LangChain and MCP do
 */
record ToolAnswer(
        @Nullable String callId,
        @Nullable String name,
        @Nullable String result,
        boolean failed) {

    /** A message of a tool has one of these; parsing any other output as messages would be in vain. */
    private static final List<String> NAMES_OF_IDS = List.of("tool_call_id", "toolCallId");

    private static final List<String> HOLDERS = List.of("kwargs", "data", "output");

    /** Reads the output of a tool span. */
    static ToolAnswer of(@Nullable String output) {
        if (output == null) {
            return new ToolAnswer(null, null, null, false);
        }
        boolean message = NAMES_OF_IDS.stream().anyMatch(output::contains);
        JsonNode tree = message || output.contains("isError") ? Json.tree(output) : null;
        tree = tree == null && message ? PythonLiteral.content(output) : tree;
        if (tree == null) {
            return new ToolAnswer(null, null, output, false);
        }
        ChatPart part = message ? resultIn(output) : null;
        boolean failed = tree.path("isError").asBoolean() || (part != null && saysError(tree));
        if (part == null) {
            return new ToolAnswer(null, null, output, failed);
        }
        return new ToolAnswer(part.id(), part.name(), Json.text(part.result()), failed);
    }

    private static @Nullable ChatPart resultIn(String output) {
        List<ChatMessage> messages = ChatMessages.parse(output, "tool");
        List<ChatPart> parts = messages.get(0).parts();
        boolean one = messages.size() == 1 && parts.size() == 1;
        return one
                        && parts.get(0).type().equals(ChatPart.TOOL_RESULT)
                        && parts.get(0).id() != null
                ? parts.get(0)
                : null;
    }

    private static boolean saysError(JsonNode message) {
        if (message.path("status").asText().equals("error")) {
            return true;
        }
        return HOLDERS.stream()
                .anyMatch(holder -> message.path(holder).path("status").asText().equals("error"));
    }
}
