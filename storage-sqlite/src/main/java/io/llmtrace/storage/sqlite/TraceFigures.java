package io.llmtrace.storage.sqlite;

import io.llmtrace.json.TraceJson;
import io.llmtrace.storage.analytics.Ranking;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What traces are ranked by, as {@link io.llmtrace.storage.analytics.TraceAnalytics#rankedTraces} has it. Added up behind the
 * writes, for traces that have probably got all of their spans. A write that changes one of these marks its figures as stale in
 * the same transaction, and a query adds up itself what has none: so the answer is exact at any time.
 *
 * <pre>
 *   traces   1 2 3 … 4711 | 4712 … 5711
 *   figures  1 2 – … 4711 |               3 has got another span since
 * </pre>
 */
final class TraceFigures {

    static final String COST_NANOS = "CAST(s.estimated_cost_usd * 1e9 + 0.5 AS INTEGER)";

    /** To be joined to {@code t}, a row of {@code traces}, for {@link #of}. */
    static final String JOIN = " LEFT JOIN trace_figures f ON f.trace = t.id AND f.stale = 0";

    private static final int AT_ONCE = 200;
    /** Of the newest traces, which mostly get more spans soon. */
    private static final int LEFT_OUT = 1_000;

    private static final String STALE = "SELECT trace FROM trace_figures WHERE stale = 1 LIMIT " + AT_ONCE;
    private static final String NEXT =
            "SELECT id FROM traces WHERE id > (SELECT coalesce(max(trace), 0) FROM trace_figures)"
                    + " AND id <= (SELECT max(id) FROM traces) - ? ORDER BY id LIMIT ?";

    private static final String INSERT =
            "INSERT OR REPLACE INTO trace_figures (trace, duration_ms, cost_nanos, tokens, stale)"
                    + " SELECT t.id, " + sum(Ranking.DURATION) + ", " + sum(Ranking.COST) + ", " + sum(Ranking.TOKENS)
                    + ", 0"
                    + " FROM traces t LEFT JOIN spans s ON s.trace = t.id WHERE t.id IN (SELECT value FROM json_each(?))"
                    + " GROUP BY t.id";

    private TraceFigures() {}

    /** An expression over {@code t}, a row of {@code traces}, and {@link #JOIN}; null for a trace without that figure. */
    static String of(Ranking by) {
        String column = switch (by) {
            case DURATION -> "duration_ms";
            case COST -> "cost_nanos";
            case TOKENS -> "tokens";
        };
        return "CASE WHEN f.trace IS NULL THEN (SELECT " + sum(by) + " FROM spans s WHERE s.trace = t.id) ELSE f."
                + column + " END";
    }

    /** In the transaction that changes the spans of these traces. */
    static void markStale(Session session, Collection<Long> traces) throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (long trace : traces) {
            rows.add(new @Nullable Object[] {trace});
        }
        session.updateAll("UPDATE trace_figures SET stale = 1 WHERE trace = ? AND stale = 0", rows);
    }

    static void remove(Session session, long trace) throws SQLException {
        session.update("DELETE FROM trace_figures WHERE trace = ?", trace);
    }

    /** Adds up the next traces, if they are enough for a transaction. @return whether there may be more */
    static boolean fillSome(Database database) {
        return fill(database, LEFT_OUT, AT_ONCE);
    }

    static void fillAll(Database database) {
        while (fill(database, 0, 1)) {
            // until nothing is left
        }
    }

    private static boolean fill(Database database, int leftOut, int least) {
        List<Long> traces = database.read(session -> next(session, leftOut));
        if (traces.size() < least) {
            return false;
        }
        database.change(session -> session.update(INSERT, TraceJson.write(traces)));
        return true;
    }

    /** In the order of their rows, so that all before the last one are done. */
    private static List<Long> next(Session session, int leftOut) throws SQLException {
        List<Long> traces = new ArrayList<>();
        session.each(STALE, row -> traces.add(row.getLong(1)));
        session.each(NEXT, row -> traces.add(row.getLong(1)), leftOut, AT_ONCE - traces.size());
        return traces;
    }

    /** An aggregate over {@code s}, the spans of a trace. */
    private static String sum(Ranking by) {
        return switch (by) {
            case DURATION -> millisBetween("min(s.start_time)", "max(coalesce(s.end_time, s.start_time))");
            case COST -> usage(COST_NANOS);
            case TOKENS -> usage("s.total_tokens");
        };
    }

    private static String usage(String value) {
        String repeats = MeasureColumns.REPEATS_USAGE;
        return "coalesce(" + sum("CASE WHEN NOT " + repeats + " THEN " + value + " END") + ", max(CASE WHEN " + repeats
                + " THEN " + value + " END))";
    }

    /** At most the largest number; SQLite's own sum would fail. Both halves are summed by themselves. */
    private static String sum(String value) {
        String low = "sum((" + value + ") & 4294967295)";
        String high = "(sum((" + value + ") >> 32) + (" + low + " >> 32))";
        return "CASE WHEN " + high + " > 2147483647 THEN " + Long.MAX_VALUE + " ELSE (" + high + " << 32) | (" + low
                + " & 4294967295) END";
    }

    /** In whole milliseconds; the nanoseconds between 1900 and 2262 are more than 64 bits hold. */
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
