package io.llmtrace.otlp.internal.messages;

import io.llmtrace.otlp.chat.ChatMessage;
import io.llmtrace.otlp.chat.ChatMessages;
import io.llmtrace.otlp.chat.ChatPart;
import io.llmtrace.otlp.internal.wire.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A response, with the tool calls and the finish reason in it. The text is parsed as chat messages at most once, and not at all
 * if it cannot contain either. Not thread-safe.
 */
public final class ParsedResponse {

    /** Every name of a finish reason contains one of these. */
    private static final List<String> NAMES_OF_REASONS = List.of("finish", "stop_reason", "incomplete_details");

    /** Parsing is slow. Every call contains one of these: tool_call, toolUse, functionCall, computer_call, or a name and arguments. */
    private static final List<String> SIGNS_OF_CALLS =
            List.of("tool", "Tool", "unction", "_call", "\"arguments\"", "\"args\"", "\"parameters\"", "\"input\"");

    private final @Nullable String text;
    private @Nullable List<ChatMessage> messages;

    /** Creates the response of a span; null if the span has none. */
    public ParsedResponse(@Nullable String text) {
        this.text = text;
    }

    /**
     * A tool call that a model requests.
     *
     * @param id the model's id of the call; null if there is none
     * @param arguments JSON text; null if there is none
     */
    record RequestedCall(
            @Nullable String id, String name, @Nullable String arguments) {}

    /** Returns the text; null if the span has no response. */
    public @Nullable String text() {
        return text;
    }

    /** Returns the calls in the order of the response. */
    List<RequestedCall> requestedCalls() {
        List<RequestedCall> calls = new ArrayList<>();
        if (text == null || SIGNS_OF_CALLS.stream().noneMatch(text::contains)) {
            return calls;
        }
        Set<String> seen = new HashSet<>();
        for (ChatMessage message : messages(text)) {
            for (ChatPart part : ChatMessages.toolCalls(message)) {
                if (part.name() != null && (part.id() == null || seen.add(part.id()))) {
                    calls.add(new RequestedCall(part.id(), part.name(), Json.text(part.arguments())));
                }
            }
        }
        return calls;
    }

    /** Returns the finish reason of the first message that has one; null if none has. */
    public @Nullable String finishReason() {
        if (text == null || NAMES_OF_REASONS.stream().noneMatch(text::contains)) {
            return null;
        }
        for (ChatMessage message : messages(text)) {
            String reason = message.finishReason();
            if (reason != null && !reason.isBlank()) {
                return reason;
            }
        }
        return null;
    }

    private List<ChatMessage> messages(String response) {
        if (messages == null) {
            messages = ChatMessages.parse(response, "assistant");
        }
        return messages;
    }
}
