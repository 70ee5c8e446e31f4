package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.storage.analytics.Ranking;

/**
 * The values that traces are ranked by, as {@link io.llmtrace.storage.analytics.TraceAnalytics#rankedTraces} defines them. They
 * are aggregated after the writes, for traces that probably have all of their spans. A write that changes such a trace marks its
 * row as stale in the same transaction, and a query aggregates traces without a fresh row itself. So its result is always exact.
 *
 * <pre>
 *   traces      1 2 3 … 4711 | 4712 … 5711
 *   aggregated  1 2 – … 4711 |               3 got another span since
 * </pre>
 */
public final class TraceAggregates {

    /** The cost of {@code s} in 1e-9 USD. */
    static final String COST_NANOS = "CAST(s.estimated_cost_usd * 1e9 + 0.5 AS INTEGER)";

    /** Joins the fresh aggregates to {@code t}, a row of {@code traces}; {@link #of} refers to them. */
    static final String JOIN = " LEFT JOIN trace_figures f ON f.trace = t.id AND f.stale = 0";

    private TraceAggregates() {}

    /** Returns an expression for the value of {@code t}, to use with {@link #JOIN}; it is null for a trace without a value. */
    static String of(Ranking by) {
        String column = switch (by) {
            case DURATION -> "duration_ms";
            case COST -> "cost_nanos";
            case TOKENS -> "tokens";
        };
        return "CASE WHEN f.trace IS NULL THEN (SELECT " + aggregate(by) + " FROM spans s WHERE s.trace = t.id) ELSE f."
                + column + " END";
    }

    /** Returns an aggregate over {@code s}, the spans of a trace. */
    public static String aggregate(Ranking by) {
        return switch (by) {
            case DURATION -> millisBetween("min(s.start_time)", "max(coalesce(s.end_time, s.start_time))");
            case COST -> usage(COST_NANOS);
            case TOKENS -> usage("s.total_tokens");
        };
    }

    /** Sums the spans that report their own usage; takes the largest value of the others if there is none. */
    private static String usage(String value) {
        String repeats = MeasureColumns.REPEATS_USAGE;
        return "coalesce(" + sum("CASE WHEN NOT " + repeats + " THEN " + value + " END") + ", max(CASE WHEN " + repeats
                + " THEN " + value + " END))";
    }

    /**
     * Sums 64-bit integers, up to the largest of them, where SQLite's own sum would fail. The lower and the upper 32 bits are
     * summed apart.
     */
    private static String sum(String value) {
        String low = "sum((" + value + ") & 4294967295)";
        String high = "(sum((" + value + ") >> 32) + (" + low + " >> 32))";
        return "CASE WHEN " + high + " > 2147483647 THEN " + Long.MAX_VALUE + " ELSE (" + high + " << 32) | (" + low
                + " & 4294967295) END";
    }

    /** Counts whole milliseconds, since the nanoseconds between two times from 1900 to 2262 can exceed 64 bits. */
    private static String millisBetween(String start, String end) {
        return millis(end) + " - " + millis(start) + " - (" + nanos(end) + " < " + nanos(start) + ")";
    }

    private static String millis(String time) {
        return "(" + time + " / 1000000 - (" + time + " % 1000000 < 0))";
    }

    private static String nanos(String time) {
        return "((" + time + " % 1000000 + 1000000) % 1000000)";
    }
}
