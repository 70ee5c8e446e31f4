package io.llmtrace.otlp;

import io.llmtrace.model.TraceSpan;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a span in buckets that do not overlap, so that their sum is the total. Counts as they were sent are in the
 * attributes. A count that is not known is null.
 */
public sealed interface TokenBuckets permits TokenBucketsValues {

    /** Returns the tokens of the prompt that were neither read from a cache nor written to one. */
    @Nullable
    Long input();

    /** Returns the tokens of the prompt that were read from a cache. */
    @Nullable
    Long cacheRead();

    /** Returns the tokens of the prompt that were written to a cache. */
    @Nullable
    Long cacheWrite();

    /** Returns the tokens of the response, without reasoning. */
    @Nullable
    Long output();

    /** Returns the tokens of reasoning. */
    @Nullable
    Long reasoning();

    /** Returns the total that the span reports, or the sum of the buckets if that is larger. */
    @Nullable
    Long total();

    /**
     * Returns how the counts that were sent were interpreted, in words separated by commas: {@code cache_included} or
     * {@code cache_apart:REASON} for the input, {@code reasoning_apart} for an output that was sent without reasoning, {@code copies} if
     * some counts repeat others, {@code total_differs} if the reported total is not the sum of input and output; null if there was
     * nothing to decide.
     */
    @Nullable
    String rule();

    /** Returns the buckets of a span; null for a span without tokens. */
    static @Nullable TokenBuckets of(TraceSpan span) {
        return TokenBucketsValues.of(span);
    }
}
