package io.llmtrace.storage.analytics;

/**
 * A count of traces that ends at some number, so that it costs little however many there are.
 *
 * @param traces how many traces there are, at most the number at which the count ended
 * @param more whether there are more
 */
public record TraceCount(long traces, boolean more) {

    /**
     * Returns the count that ended at a number.
     *
     * @param found how many traces were found; a store may stop as soon as it has found one more than {@code upTo}
     */
    public static TraceCount of(long found, long upTo) {
        return new TraceCount(Math.min(found, upTo), found > upTo);
    }
}
