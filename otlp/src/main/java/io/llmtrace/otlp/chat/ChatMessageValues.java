package io.llmtrace.otlp.chat;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The implementation of a message. It is not public, so that a new component breaks no caller. */
record ChatMessageValues(
        String role, List<ChatPart> parts, @Nullable String finishReason) implements ChatMessage {

    /** Copies the list; refuses null for the role. */
    ChatMessageValues {
        Objects.requireNonNull(role, "role");
        parts = List.copyOf(parts);
    }
}
