package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.json.TraceJson;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.TraceCount;
import io.llmtrace.storage.sqlite.internal.engine.Condition;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import java.sql.SQLException;
import java.util.List;

/** The filters of a query as SQL on {@code t}, a row of {@code traces}: a trace passes if one of its spans does. */
public final class TraceFilter {

    /** Up to this many traces are sorted; for more, a scan from the newest trace on is faster. */
    private static final int FEW_TRACES = 1_000;

    private final SqliteConnection connection;
    private final TraceQuery query;
    private final long tenant;

    /** @param tenant the row id of the query's tenant */
    public TraceFilter(SqliteConnection connection, TraceQuery query, long tenant) {
        this.connection = connection;
        this.query = query;
        this.tenant = tenant;
    }

    /** Counts the traces that pass. */
    public TraceCount count(long upTo) throws SQLException {
        Condition condition = conditionForAll();
        long found = connection.number(
                "SELECT count(*) FROM (SELECT 1 FROM traces t WHERE " + condition.sql() + " LIMIT " + (upTo + 1) + ")",
                condition.arguments());
        return TraceCount.of(found, upTo);
    }

    /** Returns a condition for pages in the order of time: the traces are scanned in that order unless few pass. */
    Condition condition() throws SQLException {
        Condition ofTenant = Condition.of("t.tenant = ?", tenant);
        if (!query.filtersSpans()) {
            return query.traceId() == null ? ofTenant : ofTenant.and(Condition.of("t.trace_id = ?", query.traceId()));
        }
        Condition spans = new SpanFilter(connection, query, tenant).condition();
        List<Long> few = connection.numbers(
                "SELECT DISTINCT s.trace FROM spans s WHERE " + spans.sql() + " LIMIT " + (FEW_TRACES + 1),
                spans.arguments());
        if (few.size() <= FEW_TRACES) {
            // The plus makes SQLite look the traces up by row id, whatever it knows about the index of the tenant.
            return Condition.of(
                    "+t.tenant = ? AND t.id IN (SELECT value FROM json_each(?))", tenant, TraceJson.write(few));
        }
        return ofTenant.and(
                spans.within("EXISTS (SELECT 1 FROM spans s INDEXED BY spans_by_trace WHERE s.trace = t.id AND ", ")"));
    }

    /**
     * Returns a condition for reading all matching traces, in any order. Finding them through their matching
     * spans is faster than checking each trace, unless the spans are most of the table.
     */
    Condition conditionForAll() throws SQLException {
        SpanFilter filter = new SpanFilter(connection, query, tenant);
        if (!query.filtersSpans() || filter.selectsMost()) {
            return condition();
        }
        return Condition.of("+t.tenant = ?", tenant)
                .and(filter.condition().within("t.id IN (SELECT s.trace FROM spans s WHERE ", ")"));
    }
}
