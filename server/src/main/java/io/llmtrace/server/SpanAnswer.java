package io.llmtrace.server;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.Chats;
import io.llmtrace.otlp.TokenBuckets;
import io.llmtrace.otlp.chat.Chat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One span, with what is read from it for people: stored nowhere, made for each answer. */
record SpanAnswer(
        @JsonUnwrapped TraceSpan span, Chat chat, @Nullable TokenBuckets usage) {

    private static final List<String> READ_FROM_SPAN = List.of("chat", "usage");

    /** A span that is sent back as it was answered: what was read from it is not part of it. */
    static JsonNode spanIn(JsonNode sent) {
        return sent instanceof ObjectNode object ? object.remove(READ_FROM_SPAN) : sent;
    }

    static SpanAnswer of(TraceSpan span) {
        return new SpanAnswer(span, Chats.of(span), TokenBuckets.of(span));
    }
}
