package io.llmtrace.storage.analytics;

/**
 * A count of spans that ends at some number, so that it costs little however many there are.
 *
 * @param spans how many spans there are, at most the number at which the count ended
 * @param more whether there are more
 */
public record SpanCount(long spans, boolean more) {

    /**
     * Returns the count that ended at a number.
     *
     * @param found how many spans were found; a store may stop as soon as it has found one more than {@code upTo}
     */
    public static SpanCount of(long found, long upTo) {
        return new SpanCount(Math.min(found, upTo), found > upTo);
    }
}
