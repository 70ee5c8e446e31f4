package io.llmtrace.storage.analytics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One of the {@link Measures} as a criterion of order. */
public enum Measure {
    SPANS(Measures::spans),
    ERRORS(Measures::errors),
    PROMPT_TOKENS(Measures::promptTokens),
    COMPLETION_TOKENS(Measures::completionTokens),
    TOTAL_TOKENS(Measures::totalTokens),
    COST_USD(Measures::costUsd),
    DURATION_P50(measures -> measures.durationMs() == null
            ? null
            : Long.valueOf(measures.durationMs().p50())),
    DURATION_P95(measures -> measures.durationMs() == null
            ? null
            : Long.valueOf(measures.durationMs().p95())),
    DURATION_P99(measures -> measures.durationMs() == null
            ? null
            : Long.valueOf(measures.durationMs().p99()));

    private final Comparator<Measures> largestFirst;

    <N extends Comparable<N>> Measure(Function<Measures, @Nullable N> value) {
        this.largestFirst = Comparator.comparing(
                value, Comparator.nullsLast(Comparator.<N>naturalOrder().reversed()));
    }

    /** Returns the name in a request, such as {@code total_tokens}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the descending order by this measure, in which absent values are last. */
    public Comparator<Measures> largestFirst() {
        return largestFirst;
    }

    /**
     * Returns the measure with a name.
     *
     * @throws IllegalArgumentException if no measure has that name
     */
    public static Measure ofText(String text) {
        for (Measure measure : values()) {
            if (measure.text().equals(text)) {
                return measure;
            }
        }
        throw new IllegalArgumentException(
                "not a measure " + Arrays.stream(values()).map(Measure::text).toList() + ": '" + text + "'");
    }
}
