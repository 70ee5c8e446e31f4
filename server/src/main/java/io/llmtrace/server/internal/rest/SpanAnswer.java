package io.llmtrace.server.internal.rest;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.Chats;
import io.llmtrace.otlp.TokenBuckets;
import io.llmtrace.otlp.chat.Chat;
import io.llmtrace.storage.spi.MemoryEstimate;
import io.llmtrace.storage.spi.ReadMemory;
import org.jspecify.annotations.Nullable;

/**
 * A span with the fields that are derived from it for display: {@link io.llmtrace.server.DerivedSpanFields} names them.
 *
 * @param usage null if the span reports no tokens
 */
record SpanAnswer(
        @JsonUnwrapped TraceSpan span, Chat chat, @Nullable TokenBuckets usage) {

    /** The bytes of the heap for each value of JSON while messages are made of it. */
    private static final int BYTES_A_VALUE = 128;

    /** Derives the fields, and takes the memory that this needs from that of the read. */
    static SpanAnswer of(TraceSpan span) {
        try (ReadMemory memory = ReadMemory.ofRead(Long.MAX_VALUE, "")) {
            memory.reserve(estimate(span.prompt()) + estimate(span.response()));
            memory.keepResult();
        }
        return new SpanAnswer(span, Chats.of(span), TokenBuckets.of(span));
    }

    private static long estimate(@Nullable String content) {
        if (content == null) {
            return 0;
        }
        long values =
                content.chars().filter(c -> c == ',' || c == '{' || c == '[').count();
        return MemoryEstimate.of(content) + values * BYTES_A_VALUE;
    }
}
