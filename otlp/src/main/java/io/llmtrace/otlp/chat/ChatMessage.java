package io.llmtrace.otlp.chat;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One message of a prompt or a response.
 *
 * @param role {@code system}, {@code developer}, {@code user}, {@code assistant}, {@code tool}, or what was sent
 * @param parts in their order
 * @param finishReason why the model ended this message: {@code stop}, {@code length}, {@code tool_call},
 *     {@code content_filter}, {@code error}, or what was sent
 */
public record ChatMessage(String role, List<ChatPart> parts, @Nullable String finishReason) {

    public ChatMessage {
        Objects.requireNonNull(role, "role");
        parts = List.copyOf(parts);
    }
}
