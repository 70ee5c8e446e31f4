package io.llmtrace.otlp;

import io.llmtrace.otlp.chat.ChatMessage;
import io.llmtrace.otlp.chat.ChatMessages;
import io.llmtrace.otlp.chat.ChatPart;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a response says beyond its text: tool calls that the model asks for, and why it ended. */
final class ToolCalls {

    private ToolCalls() {}

    /**
     * @param id null if the model gave none
     * @param arguments JSON text
     */
    record Call(@Nullable String id, String name, @Nullable String arguments) {}

    static List<Call> in(@Nullable String response) {
        List<Call> calls = new ArrayList<>();
        // Most responses call no tool: do not parse them. tool_call, tool-call, toolUse, function_call, functionCall
        if (response == null || !(response.contains("tool") || response.contains("unction"))) {
            return calls;
        }
        for (ChatMessage message : ChatMessages.parse(response, "assistant")) {
            for (ChatPart part : ChatMessages.toolCalls(message)) {
                if (part.name() != null) {
                    calls.add(new Call(part.id(), part.name(), Json.text(part.arguments())));
                }
            }
        }
        return calls;
    }

    /** The reason of the first message that has one. */
    static @Nullable String finishReasonIn(@Nullable String response) {
        if (response == null || !(response.contains("finish") || response.contains("stop_reason"))) {
            return null;
        }
        for (ChatMessage message : ChatMessages.parse(response, "assistant")) {
            String reason = message.finishReason();
            if (reason != null && !reason.isBlank()) {
                return reason;
            }
        }
        return null;
    }
}
