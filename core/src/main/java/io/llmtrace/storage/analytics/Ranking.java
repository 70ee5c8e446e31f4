package io.llmtrace.storage.analytics;

import java.util.Arrays;
import java.util.Locale;

/** The metric by which traces or spans are ranked. */
public enum Ranking {
    /** The duration in milliseconds. */
    DURATION,
    /** The cost, in whole nano-dollars of each span as in the sums of {@link TraceAnalytics}. */
    COST,
    /** The total of input and output tokens. */
    TOKENS;

    /** Returns the name in a request, such as {@code duration}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the ranking with a name.
     *
     * @throws IllegalArgumentException if no ranking has that name
     */
    public static Ranking ofText(String text) {
        for (Ranking ranking : values()) {
            if (ranking.text().equals(text)) {
                return ranking;
            }
        }
        throw new IllegalArgumentException(
                "not a ranking " + Arrays.stream(values()).map(Ranking::text).toList() + ": '" + text + "'");
    }
}
