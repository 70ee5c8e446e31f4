package io.llmtrace.otlp;

import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.mapping.Decisions;
import io.llmtrace.otlp.internal.usage.Usage;
import io.llmtrace.otlp.internal.wire.Decode;
import org.jspecify.annotations.Nullable;

/** The implementation of the buckets. It is not public, so that a new component breaks no caller. */
record TokenBucketsValues(
        @Nullable Long input,
        @Nullable Long cacheRead,
        @Nullable Long cacheWrite,
        @Nullable Long output,
        @Nullable Long reasoning,
        @Nullable Long total,
        @Nullable String rule)
        implements TokenBuckets {

    static @Nullable TokenBuckets of(TraceSpan span) {
        if (span.promptTokens() == null && span.completionTokens() == null && span.totalTokens() == null) {
            return null;
        }
        Long input = rest(span.promptTokens(), span.cacheReadTokens(), span.cacheWriteTokens());
        Long output = rest(span.completionTokens(), span.reasoningTokens(), null);
        String rule = span.attributes().get(ReservedAttributes.MAPPING) instanceof String decisions
                ? Decisions.sourceOf(decisions, Usage.FIELD)
                : "";
        return new TokenBucketsValues(
                input,
                span.cacheReadTokens(),
                span.cacheWriteTokens(),
                output,
                span.reasoningTokens(),
                span.totalTokens(),
                rule.isEmpty() ? null : rule);
    }

    private static @Nullable Long rest(@Nullable Long whole, @Nullable Long part, @Nullable Long other) {
        if (whole == null) {
            return null;
        }
        long parts = Decode.saturatedSum(part == null ? 0 : part, other == null ? 0 : other);
        return Math.max(0, whole - parts);
    }
}
