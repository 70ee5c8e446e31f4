package io.llmtrace.server;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.Chats;
import io.llmtrace.otlp.TokenBuckets;
import io.llmtrace.otlp.chat.Chat;
import org.jspecify.annotations.Nullable;

/** One span, with what is read from it for people: stored nowhere, made for each answer. */
record SpanAnswer(
        @JsonUnwrapped TraceSpan span, Chat chat, @Nullable TokenBuckets usage) {

    static SpanAnswer of(TraceSpan span) {
        return new SpanAnswer(span, Chats.of(span), TokenBuckets.of(span));
    }
}
