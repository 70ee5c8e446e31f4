package io.llmtrace.storage.sqlite.internal.upkeep;

import io.llmtrace.json.TraceJson;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.sqlite.internal.engine.Database;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.engine.WriteKind;
import io.llmtrace.storage.sqlite.internal.query.TraceAggregates;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Aggregates the values that {@link TraceAggregates} ranks traces by. */
final class TraceAggregateFiller {

    private static final int TRACES_PER_WRITE = 200;

    /** This many of the newest traces are left out, since most of them get more spans soon. */
    private static final int TRACES_LEFT_OUT = 1_000;

    private static final String STALE = "SELECT trace FROM trace_figures WHERE stale = 1 LIMIT " + TRACES_PER_WRITE;
    private static final String NEXT =
            "SELECT id FROM traces WHERE id > (SELECT coalesce(max(trace), 0) FROM trace_figures)"
                    + " AND id <= (SELECT max(id) FROM traces) - ? ORDER BY id LIMIT ?";

    private static final String INSERT =
            "INSERT OR REPLACE INTO trace_figures (trace, duration_ms, cost_nanos, tokens, stale)"
                    + " SELECT t.id, " + TraceAggregates.aggregate(Ranking.DURATION)
                    + ", " + TraceAggregates.aggregate(Ranking.COST)
                    + ", " + TraceAggregates.aggregate(Ranking.TOKENS)
                    + ", 0"
                    + " FROM traces t LEFT JOIN spans s ON s.trace = t.id WHERE t.id IN (SELECT value FROM json_each(?))"
                    + " GROUP BY t.id";

    private final Database database;

    TraceAggregateFiller(Database database) {
        this.database = database;
    }

    /** Aggregates the next traces, if they are enough for a transaction. Returns whether there may be more. */
    boolean fillSome() {
        return fill(TRACES_LEFT_OUT, TRACES_PER_WRITE);
    }

    /** Aggregates all traces, the newest ones as well. */
    void fillAll() {
        while (fill(0, 1)) {
            // until none is left
        }
    }

    private boolean fill(int leftOut, int minimum) {
        List<Long> traces = database.readInBackground(connection -> next(connection, leftOut));
        if (traces.size() < minimum) {
            return false;
        }
        database.change(WriteKind.UPKEEP, connection -> connection.update(INSERT, TraceJson.write(traces)));
        return true;
    }

    /** Returns stale traces, then new ones in the order of their row ids, so that the last aggregated one marks the progress. */
    private static List<Long> next(SqliteConnection connection, int leftOut) throws SQLException {
        List<Long> traces = new ArrayList<>(connection.numbers(STALE));
        traces.addAll(connection.numbers(NEXT, leftOut, TRACES_PER_WRITE - traces.size()));
        return traces;
    }
}
