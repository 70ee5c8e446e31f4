package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.model.Times;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.sqlite.internal.engine.Condition;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.read.SpanReader;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** Lists of spans and of traces by duration, cost or tokens. */
public final class Rankings {

    private final SqliteConnection connection;
    private final TraceQuery query;
    private final long tenant;
    private final SpanReader reader;

    /**
     * Prepares the lists of a query.
     *
     * @param tenant the row id of the query's tenant
     */
    public Rankings(SqliteConnection connection, TraceQuery query, long tenant) {
        this.connection = connection;
        this.query = query;
        this.tenant = tenant;
        this.reader = new SpanReader(connection);
    }

    /** Returns spans, the largest first; those without a value come last. */
    public Slice<SpanOutline> spans(Ranking by) throws SQLException {
        String measure = switch (by) {
            case DURATION -> "s.duration_ms";
            case COST -> TraceAggregates.COST_NANOS;
            case TOKENS -> "s.total_tokens";
        };
        SpanFilter filter = new SpanFilter(connection, query, tenant);
        Condition condition = filter.condition();
        String table = filter.table();
        int wanted = query.offset() + query.limit() + 1;
        Long least = connection.numberOrNull(
                "SELECT " + measure + " FROM " + table + " WHERE " + condition.sql()
                        + " ORDER BY 1 DESC LIMIT 1 OFFSET " + (wanted - 1),
                condition.arguments());
        // Ties are broken by trace ids, which are looked up only for the spans that may be on the page.
        Condition large =
                least == null ? Condition.of(measure + " IS NOT NULL") : Condition.of(measure + " >= ?", least);
        List<Long> rows = new ArrayList<>(rows(table, condition.and(large), measure + " DESC, ", wanted));
        if (rows.size() < wanted) {
            Condition without = condition.and(Condition.of(measure + " IS NULL"));
            rows.addAll(rows("spans s", without, "", wanted - rows.size()));
        }
        Slice<Long> page = Slice.of(
                rows.subList(Math.min(query.offset(), rows.size()), rows.size()), query.offset(), query.limit());
        List<SpanOutline> spans = new ArrayList<>();
        for (long row : page.items()) {
            spans.add(Objects.requireNonNull(reader.outline(row, query.tenantId())));
        }
        return new Slice<>(spans, page.nextOffset());
    }

    /** Returns traces, the largest first; those without a value come last. */
    public Slice<TraceSummary> traces(Ranking by) throws SQLException {
        record RankedTrace(long row, UUID traceId, Instant createdAt) {}
        Condition condition = new TraceFilter(connection, query, tenant).conditionForAll();
        List<RankedTrace> traces = new ArrayList<>();
        connection.each(
                "SELECT t.id AS id, t.trace_id AS trace_id, t.created_at AS created_at, " + TraceAggregates.of(by)
                        + " AS measure FROM traces t" + TraceAggregates.JOIN + " WHERE " + condition.sql()
                        + " ORDER BY measure DESC, t.created_at DESC, t.trace_id DESC LIMIT " + (query.limit() + 1)
                        + " OFFSET " + query.offset(),
                row -> traces.add(
                        new RankedTrace(row.number("id"), row.id("trace_id"), Times.ofNanos(row.number("created_at")))),
                condition.arguments());
        Slice<RankedTrace> page = Slice.of(traces, query.offset(), query.limit());
        List<TraceSummary> summaries = new ArrayList<>();
        for (RankedTrace trace : page.items()) {
            summaries.add(reader.summary(trace.row, trace.traceId, query.tenantId(), trace.createdAt));
        }
        return new Slice<>(summaries, page.nextOffset());
    }

    private List<Long> rows(String table, Condition condition, String order, int limit) throws SQLException {
        return connection.numbers(
                "SELECT s.id FROM " + table + " JOIN traces t ON t.id = s.trace WHERE " + condition.sql() + " ORDER BY "
                        + order + "s.start_time DESC, t.trace_id DESC, s.span_id DESC LIMIT " + limit,
                condition.arguments());
    }
}
