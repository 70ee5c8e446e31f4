package io.llmtrace.otlp;

import io.llmtrace.model.TraceSpan;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a span in buckets that do not overlap: their sum is the total. What was sent is in the attributes.
 *
 * @param input tokens of the prompt that were neither read from a cache nor written to one
 * @param output tokens of the response without those of reasoning
 * @param rule how what was sent was read: {@code cache_included} or {@code cache_apart:REASON} for the input,
 *     {@code reasoning_apart} for an output that was sent without reasoning; null where there was nothing to ask
 */
public record TokenBuckets(
        @Nullable Long input,
        @Nullable Long cacheRead,
        @Nullable Long cacheWrite,
        @Nullable Long output,
        @Nullable Long reasoning,
        @Nullable Long total,
        @Nullable String rule) {

    /** Null for a span without tokens. */
    public static @Nullable TokenBuckets of(TraceSpan span) {
        if (span.promptTokens() == null && span.completionTokens() == null && span.totalTokens() == null) {
            return null;
        }
        Long input = rest(span.promptTokens(), span.cacheReadTokens(), span.cacheWriteTokens());
        Long output = rest(span.completionTokens(), span.reasoningTokens(), null);
        String rule = span.attributes().get(Decisions.KEY) instanceof String decisions
                ? Decisions.of(decisions, Usage.FIELD)
                : "";
        return new TokenBuckets(
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
        long parts = Usage.add(part == null ? 0 : part, other == null ? 0 : other);
        return Math.max(0, whole - parts);
    }
}
