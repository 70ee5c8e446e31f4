package io.llmtrace.benchmarks.contenders;

import java.util.Locale;

/** A quantity that a task measures, with its unit. */
public enum Metric {
    SPANS_PER_SECOND,
    BYTES_ON_DISK,
    CATCH_UP_SECONDS,
    HEAP_BYTES,
    FILL_SECONDS,
    MEDIAN_MICROSECONDS,
    FIRST_CALL_MICROSECONDS,
    CALLS,
    P99_MICROSECONDS,
    SERVER_CPU_MICROSECONDS,
    SERVER_MEMORY_BYTES;

    /** Formats the value for a table, with its unit. */
    public String format(double value) {
        return switch (this) {
            case SPANS_PER_SECOND -> String.format(Locale.ROOT, "%,.0f spans/s", value);
            case BYTES_ON_DISK, HEAP_BYTES, SERVER_MEMORY_BYTES -> String.format(Locale.ROOT, "%,.1f MB", value / 1e6);
            case CATCH_UP_SECONDS, FILL_SECONDS -> String.format(Locale.ROOT, "%,.2f s", value);
            case MEDIAN_MICROSECONDS, P99_MICROSECONDS, FIRST_CALL_MICROSECONDS ->
                String.format(Locale.ROOT, value < 10_000 ? "%.3f ms" : "%,.0f ms", value / 1e3);
            case SERVER_CPU_MICROSECONDS -> String.format(Locale.ROOT, "%,.1f µs", value);
            case CALLS -> String.format(Locale.ROOT, "%,.0f calls", value);
        };
    }
}
