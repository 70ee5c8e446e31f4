package io.llmtrace.storage.spi;

import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.Measures;
import org.jspecify.annotations.Nullable;

/** Puts spans together into {@link Measures}: the definition of what backends compute. Not safe for many threads. */
public final class MeasureSums {

    /** What {@link #add(boolean, long, long, long, long, long)} takes for a figure that a span does not report. */
    public static final long ABSENT = -1;

    private static final double NANOS_PER_DOLLAR = 1e9;

    private long spans;
    private long errors;
    private long promptTokens = ABSENT;
    private long completionTokens = ABSENT;
    private long totalTokens = ABSENT;
    private long costNanos = ABSENT;
    private final DurationCounts durations = new DurationCounts();

    /** Whether tokens and cost of a span of that kind count. */
    public static boolean countsUsage(TraceQuery query, SpanKind kind) {
        return query.kind() != null || !kind.repeatsUsageOfChildren();
    }

    /** Nano-dollars: {@code floor(cost × 10⁹ + 0.5)}, at most {@link Long#MAX_VALUE}. */
    public static long nanosOf(double costUsd) {
        return (long) (costUsd * NANOS_PER_DOLLAR + 0.5);
    }

    public static double dollarsOf(long costNanos) {
        return costNanos / NANOS_PER_DOLLAR;
    }

    /** @param query that selected the span */
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

    /** A span by its figures, of which each may be {@link #ABSENT}. */
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

    public void addAll(MeasureSums others) {
        spans += others.spans;
        errors += others.errors;
        promptTokens = sum(promptTokens, others.promptTokens);
        completionTokens = sum(completionTokens, others.completionTokens);
        totalTokens = sum(totalTokens, others.totalTokens);
        costNanos = sum(costNanos, others.costNanos);
        durations.addAll(others.durations);
    }

    public Measures measures() {
        return new Measures(
                spans,
                errors,
                orNull(promptTokens),
                orNull(completionTokens),
                orNull(totalTokens),
                costNanos == ABSENT ? null : Double.valueOf(dollarsOf(costNanos)),
                durations.percentiles());
    }

    /** Of two figures that may be {@link #ABSENT}; at most {@link Long#MAX_VALUE}. */
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
