package io.llmtrace.storage.clickhouse.internal.query;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import io.llmtrace.storage.clickhouse.internal.engine.Versions;
import io.llmtrace.storage.clickhouse.internal.read.SpanReader;
import io.llmtrace.storage.clickhouse.internal.read.StartHours;
import io.llmtrace.storage.clickhouse.internal.read.StoredRow;
import io.llmtrace.storage.clickhouse.internal.read.TimeVersion;
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
 * Pages of spans. Candidates are rows that pass the filters, in the order of the page; on the page are those that are the latest
 * version of their span. A span whose start has changed since the scan began is still sorted by the start it had then, which may
 * not be in any row now: these few are looked up separately and join the candidates.
 *
 * <pre>
 *   rows that pass the filters, in order ──┐
 *                                          ├──▶ latest row of each span ──▶ passes? within this part of the order? ──▶ page
 *   spans whose start has changed  ────────┘
 * </pre>
 */
public final class SpanPages<T> {

    private static final int MAX_CANDIDATES = 10_000;

    private final Database database;
    private final TraceQuery query;
    private final Condition filter;
    private final SpanReader reader;
    private final SpanReader.Projection<T> projection;
    private final long snapshot;
    private final @Nullable SpanSortKey start;
    private final Comparator<SpanSortKey> order;

    private SpanPages(
            Database database,
            RewrittenSpans rewrittenSpans,
            TraceQuery query,
            long now,
            Function<SpanReader, SpanReader.Projection<T>> projectionOf) {
        this.database = database;
        this.query = query;
        this.filter = SpanFilter.of(
                database,
                query,
                () -> new LatestVersionView(rewrittenSpans, query.tenantId()),
                rewrittenSpans.outdatedAttributes());
        this.reader = new SpanReader(database, query.tenantId());
        this.projection = projectionOf.apply(reader);
        this.order =
                query.order() == Order.NEWEST_FIRST ? SpanSortKey.OLDEST_FIRST.reversed() : SpanSortKey.OLDEST_FIRST;
        if (query.cursor() == null) {
            this.snapshot = now;
            this.start = null;
        } else {
            PageCursor cursor = PageCursor.decode(query, PageCursor.Items.SPANS);
            this.snapshot = cursor.snapshot();
            Versions.requireRecent(snapshot);
            this.start = new SpanSortKey(cursor.timeNanos(), new SpanIdentity(cursor.traceId(), cursor.spanId()));
        }
    }

    /**
     * Returns a page of whole spans. Bodies are read of the spans on the page only, not of the candidates for it.
     *
     * @param now snapshot at which a scan without a cursor begins
     */
    public static Page<TraceSpan> spans(Database database, RewrittenSpans rewrittenSpans, TraceQuery query, long now) {
        SpanPages<StoredRow.Key> pages =
                new SpanPages<>(database, rewrittenSpans, query, now, reader -> SpanReader.KEY);
        Page<SpanIdentity> page = pages.page(entry -> entry.key.span());
        Map<SpanIdentity, StoredRow<TraceSpan>> rows =
                pages.reader.latestRows(Set.copyOf(page.items()), pages.reader.wholeSpan(), pages.filter);
        List<TraceSpan> spans = page.items().stream()
                .map(rows::get)
                // a span may be deleted or replaced between the two reads
                .filter(row -> row != null && row.passes())
                .map(StoredRow::value)
                .toList();
        return new Page<>(spans, page.nextCursor());
    }

    /**
     * Returns a page of outlines.
     *
     * @param now snapshot at which a scan without a cursor begins
     */
    public static Page<SpanOutline> outlines(
            Database database, RewrittenSpans rewrittenSpans, TraceQuery query, long now) {
        return new SpanPages<>(database, rewrittenSpans, query, now, SpanReader::outline).page(Entry::span);
    }

    private record Entry<T>(SpanSortKey key, T span) {}

    /** Returns the page, with a cursor if more spans follow. */
    private <I> Page<I> page(Function<Entry<T>, I> itemOf) {
        List<Entry<T>> found = find();
        boolean more = found.size() > query.limit();
        List<Entry<T>> entries = more ? found.subList(0, query.limit()) : found;
        String next = more ? cursorAfter(entries.get(entries.size() - 1).key) : null;
        return new Page<>(entries.stream().map(itemOf).toList(), next);
    }

    private String cursorAfter(SpanSortKey last) {
        return PageCursor.ofSpan(
                        last.timeNanos(), last.span().traceId(), last.span().spanId(), snapshot)
                .encode(query);
    }

    /** Returns the page, and one span more if there is one. */
    private List<Entry<T>> find() {
        List<Entry<T>> found = new ArrayList<>();
        long wanted = query.offset() + query.limit() + 1L;
        long seen = 0;
        SpanSortKey after = start;
        while (true) {
            long missing = wanted - seen;
            int count = (int) Math.min(MAX_CANDIDATES, missing + missing / 8 + 4);
            List<SpanSortKey> candidates = candidates(after, count);
            SpanSortKey last = candidates.size() < count ? null : candidates.get(candidates.size() - 1);
            for (Entry<T> entry : passing(candidates, after, last)) {
                seen++;
                if (seen > query.offset()) {
                    found.add(entry);
                }
                if (seen == wanted) {
                    return found;
                }
            }
            if (last == null) {
                return found;
            }
            after = last;
        }
    }

    private List<SpanSortKey> candidates(@Nullable SpanSortKey after, int count) {
        String direction = query.order() == Order.NEWEST_FIRST ? "DESC" : "ASC";
        String where = filter.sql() + comparisonWith(after);
        String bounded = query.traceId() != null
                ? where + " AND " + SpanReader.atLocationsOfTraces("trace_id = {trace_id:UUID}")
                : where + " AND start_hour "
                        + KeyBounds.ofFirst(count, "start_hour", "spans WHERE " + where, query.order());
        Sql sql = Sql.of(
                        "page of spans",
                        "SELECT start_time, trace_id, span_id FROM spans WHERE " + bounded + " ORDER BY start_time "
                                + direction + ", toUInt128(trace_id) " + direction + ", toUInt128(span_id) "
                                + direction + " LIMIT " + count)
                .with(filter);
        if (after != null) {
            sql = sql.with("after_hour", StartHours.of(after.timeNanos()))
                    .with("after_time", after.timeNanos())
                    .with("after_trace", after.span().traceId())
                    .with("after_span", after.span().spanId());
        }
        return database.lookUp(
                sql, row -> new SpanSortKey(row.readLong(), new SpanIdentity(row.readUuid(), row.readUuid())));
    }

    /** Returns a condition that rows come after a sort key; empty if there is none. */
    private String comparisonWith(@Nullable SpanSortKey after) {
        if (after == null) {
            return "";
        }
        String than = query.order() == Order.NEWEST_FIRST ? "<" : ">";
        return " AND start_hour " + than + "= {after_hour:Int32}"
                + " AND (toUnixTimestamp64Nano(start_time), toUInt128(trace_id), toUInt128(span_id)) " + than
                + " ({after_time:Int64}, toUInt128({after_trace:UUID}), toUInt128({after_span:UUID}))";
    }

    /**
     * Returns the spans that belong on the page after one sort key and up to another, in its order.
     *
     * @param after null at the beginning of the order
     * @param last null at its end
     */
    private List<Entry<T>> passing(
            List<SpanSortKey> candidates, @Nullable SpanSortKey after, @Nullable SpanSortKey last) {
        Set<SpanIdentity> spans =
                candidates.stream().map(SpanSortKey::span).collect(Collectors.toCollection(HashSet::new));
        spans.addAll(reader.spansWithChangedStart(snapshot));
        Map<SpanIdentity, StoredRow<T>> rows = reader.latestRows(spans, projection, filter);
        Map<SpanIdentity, Long> startsAtSnapshot = startsAtSnapshot(rows);
        List<Entry<T>> passing = new ArrayList<>();
        rows.forEach((span, row) -> {
            SpanSortKey key = new SpanSortKey(startsAtSnapshot.getOrDefault(span, row.startNanos()), span);
            boolean isAfter = after == null || order.compare(key, after) > 0;
            boolean isUpToLast = last == null || order.compare(key, last) <= 0;
            if (row.passes() && isAfter && isUpToLast) {
                passing.add(new Entry<>(key, row.value()));
            }
        });
        passing.sort(Comparator.comparing(Entry::key, order));
        return passing;
    }

    /** Returns, for spans written since the scan began, the start they had then; for new ones, their first. */
    private Map<SpanIdentity, Long> startsAtSnapshot(Map<SpanIdentity, StoredRow<T>> rows) {
        Set<UUID> written = rows.values().stream()
                .filter(row -> row.version() > snapshot)
                .map(row -> row.span().spanId())
                .collect(Collectors.toSet());
        Map<SpanIdentity, Long> starts = new HashMap<>();
        if (!written.isEmpty()) {
            reader.timesOfSpans(written)
                    .forEach((span, times) ->
                            TimeVersion.lastAt(snapshot, times).ifPresent(time -> starts.put(span, time)));
        }
        return starts;
    }
}
