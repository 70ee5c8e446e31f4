package io.llmtrace.storage.spi;

import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.Measures;
import org.jspecify.annotations.Nullable;

/** Aggregates spans into {@link Measures}. It defines the values that every backend must compute. Not thread-safe. */
public final class MeasureSums {

    /** The value of a metric that a span does not report, see {@link #add(boolean, long, long, long, long, long)}. */
    public static final long ABSENT = -1;

    private static final double NANOS_PER_DOLLAR = 1e9;

    private long spans;
    private long errors;
    private long promptTokens = ABSENT;
    private long completionTokens = ABSENT;
    private long totalTokens = ABSENT;
    private long costNanos = ABSENT;
    private final DurationCounts durations = new DurationCounts();

    /** Returns whether the tokens and the cost of spans of a kind count in the results of a query. */
    public static boolean countsUsage(TraceQuery query, SpanKind kind) {
        return query.kind() != null || !kind.repeatsUsageOfChildren();
    }

    /** Converts US dollars to whole nano-dollars: {@code floor(cost × 10⁹ + 0.5)}, at most {@link Long#MAX_VALUE}. */
    public static long nanosOf(double costUsd) {
        return (long) (costUsd * NANOS_PER_DOLLAR + 0.5);
    }

    /** Converts nano-dollars to US dollars. */
    public static double dollarsOf(long costNanos) {
        return costNanos / NANOS_PER_DOLLAR;
    }

    /** Adds a span that the query selects. */
    public void add(TraceSpan span, TraceQuery query) {
        boolean usage = countsUsage(query, span.kind());
        add(
                span.status() == SpanStatus.ERROR,
                usage ? orAbsent(span.promptTokens()) : ABSENT,
                usage ? orAbsent(span.completionTokens()) : ABSENT,
                usage ? orAbsent(span.totalTokens()) : ABSENT,
                usage && span.estimatedCostUsd() != null ? nanosOf(span.estimatedCostUsd()) : ABSENT,
                orAbsent(span.durationMs()));
    }

    /**
     * Adds a span by its metrics, each of which may be {@link #ABSENT}.
     *
     * @param prompt the input tokens
     * @param completion the output tokens
     * @param total all tokens
     * @param cost the cost in nano-dollars
     * @param durationMs the duration in milliseconds
     */
    public void add(boolean error, long prompt, long completion, long total, long cost, long durationMs) {
        spans++;
        errors += error ? 1 : 0;
        promptTokens = sum(promptTokens, prompt);
        completionTokens = sum(completionTokens, completion);
        totalTokens = sum(totalTokens, total);
        costNanos = sum(costNanos, cost);
        if (durationMs != ABSENT) {
            durations.add(durationMs);
        }
    }

    /** Adds the spans of other sums. */
    public void addAll(MeasureSums others) {
        spans += others.spans;
        errors += others.errors;
        promptTokens = sum(promptTokens, others.promptTokens);
        completionTokens = sum(completionTokens, others.completionTokens);
        totalTokens = sum(totalTokens, others.totalTokens);
        costNanos = sum(costNanos, others.costNanos);
        durations.addAll(others.durations);
    }

    /** Returns the measures of the spans that were added. */
    public Measures measures() {
        return Measures.builder()
                .spans(spans)
                .errors(errors)
                .promptTokens(orNull(promptTokens))
                .completionTokens(orNull(completionTokens))
                .totalTokens(orNull(totalTokens))
                .costUsd(costNanos == ABSENT ? null : Double.valueOf(dollarsOf(costNanos)))
                .durationMs(durations.percentiles())
                .build();
    }

    /** Returns the sum of two values, each of which may be {@link #ABSENT}; at most {@link Long#MAX_VALUE}. */
    public static long sum(long a, long b) {
        if (a == ABSENT || b == ABSENT) {
            return Math.max(a, b);
        }
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    private static long orAbsent(@Nullable Long value) {
        return value == null ? ABSENT : value;
    }

    private static @Nullable Long orNull(long value) {
        return value == ABSENT ? null : Long.valueOf(value);
    }
}
