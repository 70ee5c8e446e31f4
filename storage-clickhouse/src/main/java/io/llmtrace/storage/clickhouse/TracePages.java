package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.TraceSummary.SpanFacts;
import io.llmtrace.storage.clickhouse.RowReader.Filtered;
import io.llmtrace.storage.spi.PageCursor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Pages of traces. Candidates come in the order of the page, some too many: a trace stands in {@code trace_times} with each
 * time that a write gave it. Those whose rows say that it is the one that counts, and whose spans pass the filters, are the
 * page.
 *
 * <pre>
 *   trace_times  ──▶  candidates  ──▶  rows that pass the filters  ──▶  rows of these traces  ──▶  page
 *                         ▲                     │ too few
 *                         ├── more of them, while enough of them pass
 *                         └── else only traces with such rows, wherever they are
 * </pre>
 *
 * Where few spans lie in the times that are asked for, all that pass are looked for there at once.
 */
final class TracePages {

    /** So many traces are looked at in their order at first, to see how many of them pass the filters. */
    private static final int FIRST_CANDIDATES = 256;

    /** Of one statement. Where a page would take more in their order, all spans that pass the filters are looked for instead. */
    private static final int MAX_CANDIDATES = 10_000;

    /** In the hours that are asked for: to look through them takes no longer than a round of candidates. */
    private static final int FEW_SPANS = 100_000;

    private final Database database;
    private final TraceQuery query;
    private final Condition filter;
    private final long snapshot;
    private final RowReader reader;
    private final @Nullable Candidate start;

    TracePages(Database database, TraceQuery query, long now) {
        this.database = database;
        this.query = query;
        this.filter = SpanFilter.of(query);
        this.reader = new RowReader(database, query.tenantId());
        if (query.cursor() == null) {
            this.snapshot = now;
            this.start = null;
        } else {
            PageCursor cursor = PageCursor.decode(query, PageCursor.Items.TRACES);
            this.snapshot = cursor.snapshot();
            Versions.requireRecent(snapshot);
            this.start = new Candidate(cursor.timeNanos(), cursor.traceId());
        }
    }

    private record Candidate(long timeNanos, UUID traceId) {}

    private record Found(Candidate place, StoredTrace<Filtered<SpanFacts>> trace) {}

    Page<TraceSummary> summaries() {
        return page(found -> {
            TraceSummary.Accumulator summary = new TraceSummary.Accumulator(
                    found.place.traceId, query.tenantId(), Times.ofNanos(found.trace.createdNanos()));
            found.trace.spans().forEach(row -> summary.add(row.content().content()));
            return summary.summary();
        });
    }

    Page<TraceEvent> traces() {
        Page<UUID> page = page(found -> found.place.traceId);
        Map<UUID, StoredTrace<TraceSpan>> whole = reader.traces(page.items());
        List<TraceEvent> traces = page.items().stream()
                .filter(whole::containsKey) // or it was deleted between the two reads
                .map(id -> event(query.tenantId(), id, Objects.requireNonNull(whole.get(id))))
                .toList();
        return new Page<>(traces, page.nextCursor());
    }

    static TraceEvent event(UUID tenantId, UUID traceId, StoredTrace<TraceSpan> trace) {
        return new TraceEvent(
                traceId,
                tenantId,
                Times.ofNanos(trace.createdNanos()),
                trace.spans().stream().map(StoredRow::content).toList());
    }

    private <I> Page<I> page(Function<Found, I> itemOf) {
        List<Found> found = find();
        boolean more = found.size() > query.limit();
        List<Found> items = more ? found.subList(0, query.limit()) : found;
        return new Page<>(items.stream().map(itemOf).toList(), more ? cursorAt(items.get(items.size() - 1)) : null);
    }

    private String cursorAt(Found last) {
        return PageCursor.ofTrace(last.place.timeNanos, last.place.traceId, snapshot)
                .encode(query);
    }

    /** The page, and the trace behind it if there is one. */
    private List<Found> find() {
        List<Found> found = new ArrayList<>();
        long wanted = query.offset() + query.limit() + 1L;
        long seen = 0;
        Candidates candidates = new Candidates(wanted);
        while (true) {
            List<Candidate> next = candidates.next(wanted - seen);
            if (next.isEmpty()) {
                return found;
            }
            for (Found each : passing(next)) {
                seen++;
                if (seen > query.offset()) {
                    found.add(each);
                }
                if (seen == wanted) {
                    return found;
                }
            }
        }
    }

    /** Which traces are candidates. */
    private enum Source {
        /** All, in the order of the page: whether they have rows that pass the filters is looked up. */
        IN_ORDER,
        /** Those with such rows whose place lies in the times that are asked for. None that come before them in the order pass. */
        MATCHING_WITHIN_TIMES,
        /** Those with such rows, wherever they are. */
        MATCHING
    }

    /** What may be on the page, in its order: with rows that pass the filters, of whatever version. */
    private final class Candidates {
        private final Deque<Candidate> matching = new ArrayDeque<>();
        private @Nullable Candidate after = start;
        private Source source;
        private long toRead;
        private boolean more = true;

        Candidates(long wanted) {
            this.source = firstSource();
            this.toRead = areToBeLookedUp() ? Math.max(FIRST_CANDIDATES, wanted) : wanted;
        }

        private boolean areToBeLookedUp() {
            return source == Source.IN_ORDER && query.filtersSpans();
        }

        /** @return as many, and a few for those that are not what they seem; fewer at the end, then none */
        List<Candidate> next(long wanted) {
            while (more && matching.size() < Math.min(MAX_CANDIDATES, wanted)) {
                readMore(wanted);
            }
            List<Candidate> next = new ArrayList<>();
            for (long i = wanted + wanted / 16 + 2; i > 0 && !matching.isEmpty(); i--) {
                next.add(matching.remove());
            }
            return next;
        }

        private void readMore(long wanted) {
            int count = (int) Math.min(MAX_CANDIDATES, toRead + toRead / 4 + 16);
            List<Candidate> read = candidates(source, after, count);
            Set<Candidate> each = new LinkedHashSet<>(read);
            Set<Candidate> passing = areToBeLookedUp() ? matching(each) : each;
            matching.addAll(passing);
            boolean all = read.size() < count;
            more = !all || source == Source.MATCHING_WITHIN_TIMES;
            if (!more) {
                return;
            }
            after = read.isEmpty() ? after : read.get(read.size() - 1);
            toRead = Math.max(1, wanted - matching.size());
            if (all) {
                source = Source.MATCHING;
            } else if (areToBeLookedUp()) {
                // If the others pass as often as these; where none did, the next one may.
                long inOrder = toRead * read.size() / Math.max(1, passing.size());
                source = inOrder > MAX_CANDIDATES ? Source.MATCHING : Source.IN_ORDER;
                toRead = source == Source.MATCHING ? toRead : inOrder;
            }
        }
    }

    private Source firstSource() {
        if (query.traceId() != null) {
            return Source.MATCHING;
        }
        if (!query.filtersSpans()) {
            return Source.IN_ORDER;
        }
        if (query.order() == Order.NEWEST_FIRST && query.startTime() != null && hasFewSpansInTimes()) {
            return Source.MATCHING_WITHIN_TIMES;
        }
        return inOrderAtFirst() ? Source.IN_ORDER : Source.MATCHING;
    }

    /** Whether few spans lie in the hours that are asked for, and each dates its trace: else one may stand behind its end. */
    private boolean hasFewSpansInTimes() {
        Condition hours = SpanFilter.hours(query);
        Sql sql = Sql.of(
                        "count spans up to a few",
                        "SELECT count() <= " + FEW_SPANS + " AND countIf(row_kind = 1) = 0"
                                + " FROM (SELECT row_kind FROM spans WHERE " + hours.sql() + " LIMIT " + (FEW_SPANS + 1)
                                + ")")
                .with(hours);
        return Boolean.TRUE.equals(database.first(sql, RowInput::readBool));
    }

    /** Whether the first in the order of the page are worth a look: not if they may lie far from the times that are asked for. */
    private boolean inOrderAtFirst() {
        if (query.order() == Order.OLDEST_FIRST) {
            return query.startTime() == null && query.endTime() == null;
        }
        return query.endTime() == null || (query.startTime() != null && !hasSpansThatDateNoTrace());
    }

    /**
     * Only such a span can be older than its trace says: without them, no trace that is newer than the end of the times has a
     * span within them.
     */
    private boolean hasSpansThatDateNoTrace() {
        return database.number(Sql.of(
                                "look for spans that date no trace",
                                "SELECT count() FROM (SELECT 1 FROM spans WHERE " + filter.sql()
                                        + " AND row_kind = 1 LIMIT 1)")
                        .with(filter))
                > 0;
    }

    private List<Candidate> candidates(Source source, @Nullable Candidate after, int count) {
        Condition filter = Condition.of("tenant_id = {tenant:UUID}", "tenant", query.tenantId());
        if (query.traceId() != null) {
            filter = filter.and(Condition.of("trace_id = {trace_id:UUID}", "trace_id", query.traceId()));
        }
        if (source != Source.IN_ORDER && query.filtersSpans()) {
            filter = filter.and(hasMatchingRows());
        }
        if (source != Source.MATCHING && query.endTime() != null) {
            filter = filter.and(time("<=", "to", Times.toNanos(query.endTime())));
        }
        if (source == Source.MATCHING_WITHIN_TIMES && query.startTime() != null) {
            filter = filter.and(time(">=", "from", Times.toNanos(query.startTime())));
        }
        String where = filter.sql() + behind(after);
        String direction = query.order() == Order.NEWEST_FIRST ? "DESC" : "ASC";
        String page = " ORDER BY time " + direction + ", toUInt128(trace_id) " + direction + " LIMIT " + count;
        String text = switch (source) {
            case IN_ORDER ->
                "SELECT time, trace_id FROM trace_times WHERE " + where + " AND time "
                        + upTo("time", "trace_times WHERE " + where, query.order(), count);
            case MATCHING_WITHIN_TIMES -> "SELECT time, trace_id FROM trace_times WHERE " + where;
            case MATCHING ->
                "SELECT time, trace_id FROM trace_places WHERE " + where + " AND dates GROUP BY time, trace_id";
        };
        String name = source == Source.IN_ORDER ? "page of traces" : "page of matching traces";
        Sql sql = Sql.of(name, text + page).with(filter);
        if (after != null) {
            sql = sql.with("after_time", after.timeNanos).with("after_trace", after.traceId);
        }
        return database.read(sql, row -> new Candidate(row.readLong(), row.readUuid()));
    }

    private static Condition time(String comparison, String parameter, long nanos) {
        return Condition.of(
                "time " + comparison + " fromUnixTimestamp64Nano({" + parameter + ":Int64}, 'UTC')", parameter, nanos);
    }

    /**
     * A bound behind which the first {@code count} rows lie. Only in the order of the table's key does the server stop reading
     * once it has enough; for the rest of the order it would read all.
     */
    static String upTo(String column, String fromWhere, Order order, int count) {
        boolean newestFirst = order == Order.NEWEST_FIRST;
        return (newestFirst ? ">= (SELECT min(" : "<= (SELECT max(") + column + ") FROM (SELECT " + column + " FROM "
                + fromWhere + " ORDER BY " + column + (newestFirst ? " DESC" : " ASC") + " LIMIT " + count + "))";
    }

    private Condition hasMatchingRows() {
        return new Condition(
                "trace_id IN (SELECT trace_id FROM spans WHERE " + filter.sql() + ")", filter.parameters());
    }

    private String behind(@Nullable Candidate after) {
        if (after == null) {
            return "";
        }
        String than = query.order() == Order.NEWEST_FIRST ? "<" : ">";
        String time = "fromUnixTimestamp64Nano({after_time:Int64}, 'UTC')";
        return " AND time " + than + "= " + time + " AND (time " + than + " " + time + " OR toUInt128(trace_id) " + than
                + " toUInt128({after_trace:UUID}))";
    }

    /** Those of the candidates that have their place there, and pass the filters, in their order. */
    private List<Found> passing(List<Candidate> candidates) {
        Map<UUID, StoredTrace<Filtered<SpanFacts>>> traces = reader.facts(idsOf(candidates), filter);
        Map<UUID, Long> places = placesOf(traces);
        List<Found> found = new ArrayList<>();
        for (Candidate candidate : candidates) {
            StoredTrace<Filtered<SpanFacts>> trace = traces.get(candidate.traceId);
            if (trace != null && Objects.equals(places.get(candidate.traceId), candidate.timeNanos) && passes(trace)) {
                found.add(new Found(candidate, trace));
            }
        }
        return found;
    }

    /** Those whose traces have a row that passes the filters, of whatever version. */
    private Set<Candidate> matching(Set<Candidate> candidates) {
        Sql sql = Sql.of("matching traces", """
                        SELECT DISTINCT trace_id FROM spans
                        WHERE %s AND %s""".formatted(
                                RowReader.placesOf("trace_id IN {ids:Array(UUID)}"), filter.sql()))
                .with(filter);
        Set<UUID> traces = new HashSet<>();
        Sql.parts(idsOf(candidates))
                .forEach(ids -> traces.addAll(database.read(sql.withIds("ids", ids), RowInput::readUuid)));
        Set<Candidate> matching = new LinkedHashSet<>(candidates);
        matching.removeIf(candidate -> !traces.contains(candidate.traceId));
        return matching;
    }

    private static Set<UUID> idsOf(Collection<Candidate> candidates) {
        return candidates.stream().map(Candidate::traceId).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private boolean passes(StoredTrace<Filtered<SpanFacts>> trace) {
        return !query.filtersSpans()
                || trace.spans().stream().anyMatch(row -> row.content().passes());
    }

    /** The time that each had when the walk began. */
    private Map<UUID, Long> placesOf(Map<UUID, StoredTrace<Filtered<SpanFacts>>> traces) {
        Map<UUID, Long> places = new LinkedHashMap<>();
        Set<UUID> changed = new LinkedHashSet<>();
        traces.forEach((id, trace) -> {
            if (trace.isOlderThan(snapshot)) {
                places.put(id, trace.createdNanos());
            } else {
                changed.add(id);
            }
        });
        if (!changed.isEmpty()) {
            Map<UUID, List<GivenTime>> history = reader.placesOfTraces(changed);
            for (UUID id : changed) {
                StoredTrace<Filtered<SpanFacts>> trace = traces.get(id);
                if (trace != null) {
                    places.put(id, trace.createdNanosAt(snapshot, history.getOrDefault(id, List.of())));
                }
            }
        }
        return places;
    }
}
