package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.model.Times;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.TraceTimeline;
import io.llmtrace.storage.spi.TimeScale;
import io.llmtrace.storage.spi.TraceTimelineCounts;
import io.llmtrace.storage.sqlite.internal.engine.Condition;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts the traces that a query selects over time. */
public final class TraceTimes {

    private final SqliteConnection connection;
    private final TraceQuery query;
    private final long tenant;

    /** The rows that have a time of a trace: those of its spans that pass, or its own if the query filters no spans. */
    private final String table;

    private final String trace;
    private final String time;
    private final Condition condition;

    /** @param tenant the row id of the query's tenant */
    public TraceTimes(SqliteConnection connection, TraceQuery query, long tenant) throws SQLException {
        this.connection = connection;
        this.query = query;
        this.tenant = tenant;
        if (query.filtersSpans()) {
            SpanFilter filter = new SpanFilter(connection, query, tenant);
            this.table = filter.table();
            this.trace = "s.trace";
            this.time = "s.start_time";
            this.condition = filter.condition();
        } else {
            this.table = "traces t";
            this.trace = "t.id";
            this.time = "t.created_at";
            this.condition = new TraceFilter(connection, query, tenant).condition();
        }
    }

    /** Returns the counts by the earliest time of each trace. */
    public TraceTimeline timeline(int buckets) throws SQLException {
        Instant from = query.startTime() == null ? first("ASC") : query.startTime();
        Instant to = query.endTime() == null ? first("DESC") : query.endTime();
        if (from == null || to == null) {
            return TraceTimelineCounts.none(query, buckets);
        }
        TraceTimelineCounts counts = new TraceTimelineCounts(TimeScale.of(from, to, buckets));
        List<@Nullable Object> arguments = new ArrayList<>();
        arguments.add(tenant);
        arguments.addAll(Arrays.asList(condition.arguments()));
        connection.each(
                "SELECT min(" + time + ") AS time, " + trace
                        + " IN (SELECT e.trace FROM spans e WHERE e.tenant = ? AND e.error = 1) AS failed FROM " + table
                        + " WHERE " + condition.sql() + " GROUP BY " + trace,
                row -> counts.add(row.number("time"), 1, row.number("failed")),
                arguments.toArray());
        return counts.timeline();
    }

    private @Nullable Instant first(String direction) throws SQLException {
        Long nanos = connection.numberOrNull(
                "SELECT " + time + " FROM " + table + " WHERE " + condition.sql() + " ORDER BY " + time + " "
                        + direction + " LIMIT 1",
                condition.arguments());
        return nanos == null ? null : Times.ofNanos(nanos);
    }
}
