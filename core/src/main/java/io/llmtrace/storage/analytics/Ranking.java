package io.llmtrace.storage.analytics;

import java.util.Arrays;
import java.util.Locale;

/** The figure by which traces or spans are ranked. */
public enum Ranking {
    DURATION,
    /** In whole nano-dollars of each span, as {@link TraceAnalytics} sums them. */
    COST,
    /** All tokens, of input and output. */
    TOKENS;

    /** The name in a request, such as {@code duration}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no ranking has that name */
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
