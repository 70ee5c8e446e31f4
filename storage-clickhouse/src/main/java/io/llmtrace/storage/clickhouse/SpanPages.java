package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.clickhouse.RowReader.Filtered;
import io.llmtrace.storage.spi.PageCursor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Pages of spans. Candidates are rows that pass the filters, in the order of the page; on the page are those that are their
 * span's last version. A span whose start has changed since the walk began stands elsewhere than its row; these few are
 * looked for by themselves, and join the candidates where they stood.
 */
final class SpanPages<T> {

    private static final int MAX_CANDIDATES = 10_000;

    private final Database database;
    private final TraceQuery query;
    private final Condition filter;
    private final RowReader reader;
    private final RowReader.Part<T> part;
    private final long snapshot;
    private final @Nullable Place start;
    private final Comparator<Place> order;

    private SpanPages(Database database, TraceQuery query, long now, Function<RowReader, RowReader.Part<T>> part) {
        this.database = database;
        this.query = query;
        this.filter = SpanFilter.of(query);
        this.reader = new RowReader(database, query.tenantId());
        this.part = part.apply(reader);
        Comparator<Place> oldestFirst = Comparator.comparingLong(Place::timeNanos)
                .thenComparing(place -> place.span.traceId(), Ids.BYTE_ORDER)
                .thenComparing(place -> place.span.spanId(), Ids.BYTE_ORDER);
        this.order = query.order() == Order.NEWEST_FIRST ? oldestFirst.reversed() : oldestFirst;
        if (query.cursor() == null) {
            this.snapshot = now;
            this.start = null;
        } else {
            PageCursor cursor = PageCursor.decode(query, PageCursor.Items.SPANS);
            this.snapshot = cursor.snapshot();
            Versions.requireRecent(snapshot);
            this.start = new Place(cursor.timeNanos(), new SpanIdentity(cursor.traceId(), cursor.spanId()));
        }
    }

    static SpanPages<TraceSpan> ofSpans(Database database, TraceQuery query, long now) {
        return new SpanPages<>(database, query, now, RowReader::whole);
    }

    static SpanPages<SpanOutline> ofOutlines(Database database, TraceQuery query, long now) {
        return new SpanPages<>(database, query, now, RowReader::outline);
    }

    private record Place(long timeNanos, SpanIdentity span) {}

    private record Found<T>(Place place, T span) {}

    Page<T> page() {
        List<Found<T>> found = find();
        boolean more = found.size() > query.limit();
        List<Found<T>> items = more ? found.subList(0, query.limit()) : found;
        String next = null;
        if (more) {
            Place last = items.get(items.size() - 1).place;
            next = PageCursor.ofSpan(last.timeNanos, last.span.traceId(), last.span.spanId(), snapshot)
                    .encode(query);
        }
        return new Page<>(items.stream().map(Found::span).toList(), next);
    }

    /** The page, and the span behind it if there is one. */
    private List<Found<T>> find() {
        List<Found<T>> found = new ArrayList<>();
        long wanted = query.offset() + query.limit() + 1L;
        long seen = 0;
        Place after = start;
        while (true) {
            long missing = wanted - seen;
            int count = (int) Math.min(MAX_CANDIDATES, missing + missing / 8 + 4);
            List<Place> rows = candidates(after, count);
            Place end = rows.size() < count ? null : rows.get(rows.size() - 1);
            for (Found<T> each : passing(rows, after, end)) {
                seen++;
                if (seen > query.offset()) {
                    found.add(each);
                }
                if (seen == wanted) {
                    return found;
                }
            }
            if (end == null) {
                return found;
            }
            after = end;
        }
    }

    private List<Place> candidates(@Nullable Place after, int count) {
        String direction = query.order() == Order.NEWEST_FIRST ? "DESC" : "ASC";
        String where = filter.sql() + behind(after);
        String bounded = query.traceId() != null
                ? where + " AND " + RowReader.placesOf("trace_id = {trace_id:UUID}")
                : where + " AND start_hour "
                        + TracePages.upTo("start_hour", "spans WHERE " + where, query.order(), count);
        Sql sql = Sql.of(
                        "page of spans",
                        "SELECT start_time, trace_id, span_id FROM spans WHERE " + bounded + " ORDER BY start_time "
                                + direction + ", toUInt128(trace_id) " + direction + ", toUInt128(span_id) "
                                + direction + " LIMIT " + count)
                .with(filter);
        if (after != null) {
            sql = sql.with("after_hour", Row.hourOf(after.timeNanos))
                    .with("after_time", after.timeNanos)
                    .with("after_trace", after.span.traceId())
                    .with("after_span", after.span.spanId());
        }
        return database.read(sql, row -> new Place(row.readLong(), new SpanIdentity(row.readUuid(), row.readUuid())));
    }

    private String behind(@Nullable Place after) {
        if (after == null) {
            return "";
        }
        String than = query.order() == Order.NEWEST_FIRST ? "<" : ">";
        return " AND start_hour " + than + "= {after_hour:Int32}"
                + " AND (toUnixTimestamp64Nano(start_time), toUInt128(trace_id), toUInt128(span_id)) " + than
                + " ({after_time:Int64}, toUInt128({after_trace:UUID}), toUInt128({after_span:UUID}))";
    }

    /** What is on the page between two places, in its order. */
    private List<Found<T>> passing(List<Place> rows, @Nullable Place after, @Nullable Place end) {
        Set<SpanIdentity> spans = rows.stream().map(Place::span).collect(Collectors.toCollection(HashSet::new));
        spans.addAll(movedSpans());
        Map<SpanIdentity, StoredRow<Filtered<T>>> last = reader.lastOf(spans, part, filter);
        Map<SpanIdentity, Long> places = placesOf(last);
        List<Found<T>> found = new ArrayList<>();
        last.forEach((span, row) -> {
            Place place = new Place(places.getOrDefault(span, row.startNanos()), span);
            boolean behind = after == null || order.compare(place, after) > 0;
            boolean before = end == null || order.compare(place, end) <= 0;
            if (row.content().passes() && behind && before) {
                found.add(new Found<>(place, row.content().content()));
            }
        });
        found.sort(Comparator.comparing(Found::place, order));
        return found;
    }

    /** Where those stand that were written since the walk began: where they stood then, or else at first. */
    private Map<SpanIdentity, Long> placesOf(Map<SpanIdentity, StoredRow<Filtered<T>>> rows) {
        Set<UUID> written = rows.values().stream()
                .filter(row -> row.version() > snapshot)
                .map(StoredRow::spanId)
                .collect(Collectors.toSet());
        Map<SpanIdentity, Long> places = new HashMap<>();
        if (!written.isEmpty()) {
            reader.placesOfSpans(written)
                    .forEach((span, times) ->
                            GivenTime.lastAt(snapshot, times).ifPresent(time -> places.put(span, time)));
        }
        return places;
    }

    /** Spans that were there when the walk began, and have got another start since. */
    private Set<SpanIdentity> movedSpans() {
        Set<SpanIdentity> moved = new HashSet<>();
        reader.placesOfSpansWrittenAfter(snapshot).forEach((span, times) -> {
            boolean old = times.stream().anyMatch(time -> time.version() <= snapshot);
            if (old && times.stream().mapToLong(GivenTime::timeNanos).distinct().count() > 1) {
                moved.add(span);
            }
        });
        return moved;
    }
}
