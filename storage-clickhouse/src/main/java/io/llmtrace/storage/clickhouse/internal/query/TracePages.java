package io.llmtrace.storage.clickhouse.internal.query;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Versions;
import io.llmtrace.storage.clickhouse.internal.read.SpanReader;
import io.llmtrace.storage.clickhouse.internal.read.StoredRow;
import io.llmtrace.storage.clickhouse.internal.read.StoredTrace;
import io.llmtrace.storage.clickhouse.internal.read.SummarizedSpan;
import io.llmtrace.storage.clickhouse.internal.read.TimeVersion;
import io.llmtrace.storage.spi.PageCursor;
import java.util.ArrayList;
import java.util.HashMap;
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
 * Pages of traces. {@link TraceCandidates} proposes traces in the order of the page, some of which do not belong on it: it sees a
 * trace at every time that a write has ever given it, and rows of versions that were replaced since. All rows of the candidates are
 * then read; on the page are those whose {@code created_at} at the beginning of the scan is the proposed one and whose latest spans
 * pass the filters.
 *
 * <pre>
 *   TraceCandidates ──▶ all rows of these traces ──▶ right time? latest spans pass? ──▶ page
 *          ▲                                                    │
 *          └──────────────── until the page is full ────────────┘
 * </pre>
 */
public final class TracePages {

    private final Database database;
    private final TraceQuery query;
    private final Condition filter;
    private final long snapshot;
    private final SpanReader reader;
    private final @Nullable TraceSortKey start;

    /**
     * Creates the page that a query asks for.
     *
     * @param now snapshot at which a scan without a cursor begins
     */
    public TracePages(Database database, RewrittenSpans rewrittenSpans, TraceQuery query, long now) {
        this.database = database;
        this.query = query;
        this.filter = SpanFilter.of(
                database,
                query,
                () -> new LatestVersionView(rewrittenSpans, query.tenantId()),
                rewrittenSpans.outdatedAttributes());
        this.reader = new SpanReader(database, query.tenantId());
        if (query.cursor() == null) {
            this.snapshot = now;
            this.start = null;
        } else {
            PageCursor cursor = PageCursor.decode(query, PageCursor.Items.TRACES);
            this.snapshot = cursor.snapshot();
            Versions.requireRecent(snapshot);
            this.start = new TraceSortKey(cursor.timeNanos(), cursor.traceId());
        }
    }

    private record Entry<T>(TraceSortKey key, StoredTrace<T> trace) {}

    /** Reads all rows of traces, and whether each passes the filter. */
    private interface RowsOfTraces<T> {
        Map<UUID, StoredTrace<T>> read(Set<UUID> traceIds, Condition filter);
    }

    /** Returns the page as summaries of all spans of each trace, with a cursor if more traces follow. */
    public Page<TraceSummary> summaries() {
        return page(
                reader::summarized,
                entry -> SummarizedSpan.summaryOf(entry.key.traceId(), query.tenantId(), entry.trace));
    }

    /** Returns the page as whole traces, with a cursor if more traces follow. */
    public Page<TraceEvent> traces() {
        Page<UUID> page = page(reader::keys, entry -> entry.key.traceId());
        Map<UUID, TraceEvent> stored = reader.traces(page.items());
        List<TraceEvent> traces = page.items().stream()
                .map(stored::get)
                .filter(Objects::nonNull) // a trace may be deleted between the two reads
                .toList();
        return new Page<>(traces, page.nextCursor());
    }

    private <T, I> Page<I> page(RowsOfTraces<T> rows, Function<Entry<T>, I> itemOf) {
        List<Entry<T>> found = find(rows);
        boolean more = found.size() > query.limit();
        List<Entry<T>> entries = more ? found.subList(0, query.limit()) : found;
        return new Page<>(
                entries.stream().map(itemOf).toList(), more ? cursorAfter(entries.get(entries.size() - 1).key) : null);
    }

    private String cursorAfter(TraceSortKey last) {
        return PageCursor.ofTrace(last.timeNanos(), last.traceId(), snapshot).encode(query);
    }

    /** Returns the page, and one trace more if there is one. */
    private <T> List<Entry<T>> find(RowsOfTraces<T> rows) {
        List<Entry<T>> found = new ArrayList<>();
        long wanted = query.offset() + query.limit() + 1L;
        long seen = 0;
        TraceCandidates candidates = new TraceCandidates(database, query, filter, start, wanted);
        while (true) {
            List<TraceSortKey> next = candidates.next(wanted - seen);
            if (next.isEmpty()) {
                return found;
            }
            for (Entry<T> entry : passing(next, rows)) {
                seen++;
                if (seen > query.offset()) {
                    found.add(entry);
                }
                if (seen == wanted) {
                    return found;
                }
            }
        }
    }

    /** Returns the candidates that belong on the page, in their order. */
    private <T> List<Entry<T>> passing(List<TraceSortKey> candidates, RowsOfTraces<T> rows) {
        Set<UUID> ids =
                candidates.stream().map(TraceSortKey::traceId).collect(Collectors.toCollection(LinkedHashSet::new));
        Map<UUID, StoredTrace<T>> traces = rows.read(ids, filter);
        Map<UUID, Long> times = timesAtSnapshot(traces);
        List<Entry<T>> passing = new ArrayList<>();
        for (TraceSortKey candidate : candidates) {
            StoredTrace<T> trace = traces.get(candidate.traceId());
            if (trace != null
                    && Objects.equals(times.get(candidate.traceId()), candidate.timeNanos())
                    && passes(trace)) {
                passing.add(new Entry<>(candidate, trace));
            }
        }
        return passing;
    }

    private boolean passes(StoredTrace<?> trace) {
        return !query.filtersSpans() || trace.spans().stream().anyMatch(StoredRow::passes);
    }

    /** Returns the {@code created_at} of each trace when the scan began; most have not changed, and need no further read. */
    private <T> Map<UUID, Long> timesAtSnapshot(Map<UUID, StoredTrace<T>> traces) {
        Map<UUID, Long> times = new HashMap<>();
        Map<UUID, StoredTrace<T>> changed = new HashMap<>();
        traces.forEach((id, trace) -> {
            if (trace.isOlderThan(snapshot)) {
                times.put(id, trace.createdNanos());
            } else {
                changed.put(id, trace);
            }
        });
        if (!changed.isEmpty()) {
            Map<UUID, List<TimeVersion>> history = reader.timesOfTraces(changed.keySet());
            changed.forEach((id, trace) ->
                    times.put(id, trace.createdNanosAt(snapshot, history.getOrDefault(id, List.of()))));
        }
        return times;
    }
}
