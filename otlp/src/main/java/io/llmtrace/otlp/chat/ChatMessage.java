package io.llmtrace.otlp.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One message of a prompt or a response. */
public sealed interface ChatMessage permits ChatMessageValues {

    /**
     * Returns {@code system}, {@code developer}, {@code user}, {@code assistant}, {@code tool}, or an unknown role as it was sent.
     */
    String role();

    /** Returns the content, in order. */
    List<ChatPart> parts();

    /**
     * Returns why the model ended this message: {@code stop}, {@code length}, {@code tool_call}, {@code content_filter},
     * {@code error}, or an unknown reason as it was sent; null if there is none.
     */
    @Nullable
    String finishReason();

    /** Returns a message without a finish reason. */
    static ChatMessage of(String role, List<ChatPart> parts) {
        return new ChatMessageValues(role, parts, null);
    }

    /** Returns the same message with a finish reason, or with none if it is null. */
    default ChatMessage withFinishReason(@Nullable String finishReason) {
        return new ChatMessageValues(role(), parts(), finishReason);
    }
}
