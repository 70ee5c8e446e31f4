package io.llmtrace.storage.sqlite;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Pages of traces and of spans, in one view of the store. */
final class TracePages {

    /** Up to so many traces are sorted; of more, one looks at the newest first. */
    private static final int FEW_TRACES = 1_000;

    private final Session session;
    private final TextIndex text;
    private final TraceQuery query;
    private final long tenant;

    TracePages(Session session, TextIndex text, TraceQuery query, long tenant) {
        this.session = session;
        this.text = text;
        this.query = query;
        this.tenant = tenant;
    }

    private interface Reader<T extends @Nullable Object> {
        T read(long row, UUID traceId, long createdAt) throws SQLException;
    }

    Page<TraceEvent> traces() throws SQLException {
        SpanReader reader = new SpanReader(session);
        return traces(
                (row, traceId, createdAt) -> reader.trace(row, traceId, query.tenantId(), Times.ofNanos(createdAt)));
    }

    Page<TraceSummary> summaries() throws SQLException {
        SpanReader reader = new SpanReader(session);
        return traces(
                (row, traceId, createdAt) -> reader.summary(row, traceId, query.tenantId(), Times.ofNanos(createdAt)));
    }

    Page<TraceSpan> spans() throws SQLException {
        SpanReader reader = new SpanReader(session);
        return spans(row -> reader.byRow(row, query.tenantId()));
    }

    Page<SpanOutline> outlines() throws SQLException {
        SpanReader reader = new SpanReader(session);
        return spans(row -> reader.outline(row, query.tenantId()));
    }

    private interface RowRead<T> {
        @Nullable
        T read(long row) throws SQLException;
    }

    private <T> Page<T> spans(RowRead<T> reader) throws SQLException {
        Walk.Source source = new Walk.Source(
                "spans s JOIN traces t ON t.id = s.trace",
                "s.id",
                "s.start_time",
                "s.span_id",
                Moves.ofSpans(),
                tenant,
                new SpanFilter(session, text, query, tenant).condition());
        Walk.Places places = new Walk(session, query, source).page();
        List<T> spans = new ArrayList<>();
        for (Walk.Place place : places.items()) {
            T span = reader.read(place.row());
            if (span != null) {
                spans.add(span);
            }
        }
        return new Page<>(spans, places.nextCursor());
    }

    private <T> Page<T> traces(Reader<T> reader) throws SQLException {
        Walk.Source source =
                new Walk.Source("traces t", "t.id", "t.created_at", null, Moves.ofTraces(), tenant, traceCondition());
        Walk.Places places = new Walk(session, query, source).page();
        List<T> items = new ArrayList<>();
        for (Walk.Place place : places.items()) {
            // Not the time of the place: a walk may see a trace where it was before.
            long createdAt = session.number("SELECT created_at FROM traces WHERE id = ?", place.row());
            items.add(reader.read(place.row(), place.traceId(), createdAt));
        }
        return new Page<>(items, places.nextCursor());
    }

    /** On {@code t}, a row of {@code traces}. */
    Condition traceCondition() throws SQLException {
        Condition ofTenant = Condition.of("t.tenant = ?", tenant);
        if (!query.filtersSpans()) {
            return query.traceId() == null ? ofTenant : ofTenant.and(Condition.of("t.trace_id = ?", query.traceId()));
        }
        Condition spans = new SpanFilter(session, text, query, tenant).condition();
        List<Long> few = new ArrayList<>();
        session.each(
                "SELECT DISTINCT s.trace FROM spans s WHERE " + spans.sql() + " LIMIT " + (FEW_TRACES + 1),
                row -> few.add(row.getLong(1)),
                spans.parameters().toArray());
        if (few.size() <= FEW_TRACES) {
            // Plus: by row id, however the tenant's index may look.
            return Condition.of(
                    "+t.tenant = ? AND t.id IN (SELECT value FROM json_each(?))", tenant, TraceJson.write(few));
        }
        return ofTenant.and(new Condition(
                "EXISTS (SELECT 1 FROM spans s INDEXED BY spans_by_trace WHERE s.trace = t.id AND " + spans.sql() + ")",
                spans.parameters()));
    }
}
