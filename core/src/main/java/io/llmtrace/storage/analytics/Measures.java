package io.llmtrace.storage.analytics;

import org.jspecify.annotations.Nullable;

/**
 * What some spans did, put together; see {@link TraceAnalytics} for what counts.
 *
 * @param errors how many of the spans have the status error
 * @param promptTokens null where no span reports them; so are the other two, and the cost
 * @param durationMs null where no span has a duration
 */
public record Measures(
        long spans,
        long errors,
        @Nullable Long promptTokens,
        @Nullable Long completionTokens,
        @Nullable Long totalTokens,
        @Nullable Double costUsd,
        @Nullable Percentiles durationMs) {

    /** Of no span. */
    public static final Measures NONE = new Measures(0, 0, null, null, null, null, null);
}
