package io.llmtrace.storage.sqlite;

import io.llmtrace.model.Ids;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
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

    private static final String COST_NANOS = "CAST(s.estimated_cost_usd * 1e9 + 0.5 AS INTEGER)";

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

    Slice<TraceSpan> spans(Ranking by) throws SQLException {
        String figure = switch (by) {
            case DURATION -> "s.duration_ms";
            case COST -> COST_NANOS;
            case TOKENS -> "s.total_tokens";
        };
        Condition condition = new SpanFilter(session, text, query, tenant).condition();
        int wanted = query.offset() + query.limit() + 1;
        List<Long> rows = new ArrayList<>();
        Long least = session.first(
                "SELECT " + figure + " FROM spans s WHERE " + condition.sql() + " ORDER BY 1 DESC LIMIT 1 OFFSET "
                        + (wanted - 1),
                row -> SpanRow.longOrNull(row, 1),
                condition.parameters().toArray());
        // Ids of traces are looked up to break ties, for those spans only that may be on the page.
        Condition large = least == null ? Condition.of(figure + " IS NOT NULL") : Condition.of(figure + " >= ?", least);
        addRows(rows, condition.and(large), figure + " DESC, ", wanted);
        if (rows.size() < wanted) {
            addRows(rows, condition.and(Condition.of(figure + " IS NULL")), "", wanted - rows.size());
        }
        SpanReader reader = new SpanReader(session);
        List<TraceSpan> spans = new ArrayList<>();
        Slice<Long> page = Slice.of(
                rows.subList(Math.min(query.offset(), rows.size()), rows.size()), query.offset(), query.limit());
        for (long row : page.items()) {
            spans.add(Objects.requireNonNull(reader.byRow(row, query.tenantId())));
        }
        return new Slice<>(spans, page.nextOffset());
    }

    Slice<TraceSummary> traces(Ranking by) throws SQLException {
        Condition condition = new TracePages(session, text, query, tenant).traceCondition();
        List<Place> places = new ArrayList<>();
        session.each(
                "SELECT t.id, t.trace_id, t.created_at, (SELECT " + figureOfTrace(by)
                        + " FROM spans s WHERE s.trace = t.id) AS figure"
                        + " FROM traces t WHERE " + condition.sql()
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

    private void addRows(List<Long> rows, Condition condition, String order, int limit) throws SQLException {
        session.each(
                "SELECT s.id FROM spans s JOIN traces t ON t.id = s.trace WHERE " + condition.sql() + " ORDER BY "
                        + order + "s.start_time DESC, t.trace_id DESC, s.span_id DESC LIMIT " + limit,
                row -> rows.add(row.getLong(1)),
                condition.parameters().toArray());
    }

    /** As {@link io.llmtrace.storage.analytics.TraceAnalytics#rankedTraces} has it. */
    private static String figureOfTrace(Ranking by) {
        return switch (by) {
            case DURATION -> millisBetween("min(s.start_time)", "max(coalesce(s.end_time, s.start_time))");
            case COST -> usageOfTrace(COST_NANOS);
            case TOKENS -> usageOfTrace("s.total_tokens");
        };
    }

    private static String usageOfTrace(String value) {
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
