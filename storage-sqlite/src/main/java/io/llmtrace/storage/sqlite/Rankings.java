package io.llmtrace.storage.sqlite;

import io.llmtrace.model.Ids;
import io.llmtrace.model.Times;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.Slice;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** Spans and traces by a figure of theirs. */
final class Rankings {

    private final Session session;
    private final TextIndex text;
    private final TraceQuery query;
    private final long tenant;

    Rankings(Session session, TextIndex text, TraceQuery query, long tenant) {
        this.session = session;
        this.text = text;
        this.query = query;
        this.tenant = tenant;
    }

    Slice<SpanOutline> spans(Ranking by) throws SQLException {
        String figure = switch (by) {
            case DURATION -> "s.duration_ms";
            case COST -> TraceFigures.COST_NANOS;
            case TOKENS -> "s.total_tokens";
        };
        SpanFilter filter = new SpanFilter(session, text, query, tenant);
        Condition condition = filter.condition();
        String all = filter.table();
        int wanted = query.offset() + query.limit() + 1;
        List<Long> rows = new ArrayList<>();
        Long least = session.first(
                "SELECT " + figure + " FROM " + all + " WHERE " + condition.sql() + " ORDER BY 1 DESC LIMIT 1 OFFSET "
                        + (wanted - 1),
                row -> SpanRow.longOrNull(row, 1),
                condition.parameters().toArray());
        // Ids of traces are looked up to break ties, for those spans only that may be on the page.
        Condition large = least == null ? Condition.of(figure + " IS NOT NULL") : Condition.of(figure + " >= ?", least);
        addRows(rows, all, condition.and(large), figure + " DESC, ", wanted);
        if (rows.size() < wanted) {
            addRows(rows, "spans s", condition.and(Condition.of(figure + " IS NULL")), "", wanted - rows.size());
        }
        SpanReader reader = new SpanReader(session);
        List<SpanOutline> spans = new ArrayList<>();
        Slice<Long> page = Slice.of(
                rows.subList(Math.min(query.offset(), rows.size()), rows.size()), query.offset(), query.limit());
        for (long row : page.items()) {
            spans.add(Objects.requireNonNull(reader.outline(row, query.tenantId())));
        }
        return new Slice<>(spans, page.nextOffset());
    }

    Slice<TraceSummary> traces(Ranking by) throws SQLException {
        Condition condition = ofTraces();
        List<Place> places = new ArrayList<>();
        session.each(
                "SELECT t.id, t.trace_id, t.created_at, " + TraceFigures.of(by) + " AS figure FROM traces t"
                        + TraceFigures.JOIN + " WHERE " + condition.sql()
                        + " ORDER BY figure DESC, t.created_at DESC, t.trace_id DESC LIMIT " + (query.limit() + 1)
                        + " OFFSET " + query.offset(),
                row -> places.add(new Place(row.getLong(1), Ids.ofBytes(row.getBytes(2)), row.getLong(3))),
                condition.parameters().toArray());
        Slice<Place> page = Slice.of(places, query.offset(), query.limit());
        SpanReader reader = new SpanReader(session);
        List<TraceSummary> summaries = new ArrayList<>();
        for (Place place : page.items()) {
            summaries.add(reader.summary(place.row, place.traceId, query.tenantId(), Times.ofNanos(place.createdAt)));
        }
        return new Slice<>(summaries, page.nextOffset());
    }

    private record Place(long row, UUID traceId, long createdAt) {}

    /** Unless the spans are most of what there is, they lead to their traces faster than each trace is looked at. */
    private Condition ofTraces() throws SQLException {
        SpanFilter filter = new SpanFilter(session, text, query, tenant);
        if (!query.filtersSpans() || filter.selectsMost()) {
            return new TracePages(session, text, query, tenant).traceCondition();
        }
        Condition spans = filter.condition();
        return Condition.of("+t.tenant = ?", tenant)
                .and(new Condition(
                        "t.id IN (SELECT s.trace FROM spans s WHERE " + spans.sql() + ")", spans.parameters()));
    }

    private void addRows(List<Long> rows, String table, Condition condition, String order, int limit)
            throws SQLException {
        session.each(
                "SELECT s.id FROM " + table + " JOIN traces t ON t.id = s.trace WHERE " + condition.sql() + " ORDER BY "
                        + order + "s.start_time DESC, t.trace_id DESC, s.span_id DESC LIMIT " + limit,
                row -> rows.add(row.getLong(1)),
                condition.parameters().toArray());
    }
}
