package io.llmtrace.storage.clickhouse.internal.query;

import io.llmtrace.model.Times;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.RowInput;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import io.llmtrace.storage.clickhouse.internal.read.SpanReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Proposes traces for a page, in its order: every trace that has a row, of any version, that passes the filters, at every time
 * that a write has given it. The order is that of trace times, while the requested times are those of spans. A trace is as old as
 * its earliest span, so its spans lie at its time or after it:
 *
 * <pre>
 *   newest first, startTime and endTime requested
 *
 *     newer      endTime                         startTime      older
 *   ───────────────┼─────────────────────────────────┼───────────────────▶ order of the page
 *    no span of    │  MATCHING_WITHIN_TIMES          │ MATCHING: a trace that began
 *    these traces  │  traces that began in the times │ before the times, and has
 *    is in the     │                                 │ spans in them
 *    times         │  IN_ORDER: every trace from endTime on, whatever startTime is;
 *                  │  for each it is looked up whether it has a row that passes
 * </pre>
 *
 * Which source is cheapest depends on the store, so the first is chosen by a quick look at the data, and replaced if it turns out
 * slow:
 *
 * <pre>
 *   no filter on spans ───────────────────────────────────▶ IN_ORDER, nothing to look up, to the end
 *   few spans in the hours of the times (newest first) ───▶ MATCHING_WITHIN_TIMES ──exhausted──▶ MATCHING
 *   the first traces of the order may pass ───────────────▶ IN_ORDER ──too few of them pass────▶ MATCHING
 *   else, or one trace requested ─────────────────────────▶ MATCHING
 * </pre>
 *
 * A change of source goes on after the last candidate read, so none comes twice and none is left out.
 */
final class TraceCandidates {

    /** The traces of the first round in which IN_ORDER looks up how many of them pass. */
    private static final int FIRST_ROUND = 256;

    /** The most candidates of one statement. Where a page would need more of them in order, MATCHING takes over. */
    private static final int MAX_CANDIDATES = 10_000;

    /** The most spans in the requested hours for which reading all of them takes no longer than one round of candidates. */
    private static final int FEW_SPANS = 100_000;

    private enum Source {
        /** All traces up to the end of the times, newest or oldest first; which of them have passing rows is looked up. */
        IN_ORDER,
        /** Traces that began within the requested times and have passing rows. No trace before them in the order passes. */
        MATCHING_WITHIN_TIMES,
        /** Traces with passing rows, whenever they began. */
        MATCHING
    }

    private final Database database;
    private final TraceQuery query;
    private final Condition filter;

    /** Candidates that were read and not handed out. */
    private final Deque<TraceSortKey> ready = new ArrayDeque<>();

    private @Nullable TraceSortKey after;
    private Source source;
    /** How many traces the next statement has to read so that enough of them pass. */
    private long toRead;

    private boolean exhausted;

    /**
     * @param filter that of the query
     * @param start the first candidate comes after it; null at the beginning of a scan
     * @param wanted how many passing traces the page needs
     */
    TraceCandidates(Database database, TraceQuery query, Condition filter, @Nullable TraceSortKey start, long wanted) {
        this.database = database;
        this.query = query;
        this.filter = filter;
        this.after = start;
        this.source = firstSource();
        this.toRead = needsLookup() ? Math.max(FIRST_ROUND, wanted) : wanted;
    }

    /** Returns as many candidates as wanted and a few to replace those that will not pass; fewer at the end, then none. */
    List<TraceSortKey> next(long wanted) {
        while (!exhausted && ready.size() < Math.min(MAX_CANDIDATES, wanted)) {
            readMore(wanted);
        }
        List<TraceSortKey> next = new ArrayList<>();
        for (long i = wanted + wanted / 16 + 2; i > 0 && !ready.isEmpty(); i--) {
            next.add(ready.remove());
        }
        return next;
    }

    private void readMore(long wanted) {
        int count = (int) Math.min(MAX_CANDIDATES, toRead + toRead / 4 + 16);
        List<TraceSortKey> read = read(count);
        Set<TraceSortKey> distinct = new LinkedHashSet<>(read);
        Set<TraceSortKey> passing = needsLookup() ? withPassingRows(distinct) : distinct;
        ready.addAll(passing);
        after = read.isEmpty() ? after : read.get(read.size() - 1);
        boolean sourceExhausted = read.size() < count;
        exhausted = sourceExhausted && source != Source.MATCHING_WITHIN_TIMES;
        toRead = Math.max(1, wanted - ready.size());
        if (sourceExhausted) {
            source = Source.MATCHING;
        } else if (needsLookup()) {
            // Assumes that the next traces pass as often as these did; if none of these did, as if one had.
            long inOrder = toRead * read.size() / Math.max(1, passing.size());
            source = inOrder > MAX_CANDIDATES ? Source.MATCHING : Source.IN_ORDER;
            toRead = source == Source.MATCHING ? toRead : inOrder;
        }
    }

    private boolean needsLookup() {
        return source == Source.IN_ORDER && query.filtersSpans();
    }

    private Source firstSource() {
        if (query.traceId() != null) {
            return Source.MATCHING;
        }
        if (!query.filtersSpans()) {
            return Source.IN_ORDER;
        }
        if (query.order() == Order.NEWEST_FIRST && query.startTime() != null && fewSpansInTimes()) {
            return Source.MATCHING_WITHIN_TIMES;
        }
        return firstMayPass() ? Source.IN_ORDER : Source.MATCHING;
    }

    /**
     * Returns whether few spans lie in the requested hours and each of them dates its trace. A span that does not may belong to a
     * trace newer than the end of the times.
     */
    private boolean fewSpansInTimes() {
        Condition hours = SpanFilter.hours(query);
        Sql sql = Sql.of(
                        "count spans up to a few",
                        "SELECT count() <= " + FEW_SPANS + " AND countIf(row_kind = 1) = 0"
                                + " FROM (SELECT row_kind FROM spans WHERE " + hours.sql() + " LIMIT " + (FEW_SPANS + 1)
                                + ")")
                .with(hours);
        return Boolean.TRUE.equals(database.first(sql, RowInput::readBool));
    }

    /** Returns whether the first traces in the order of the page may pass: not if they may lie far from the requested times. */
    private boolean firstMayPass() {
        if (query.order() == Order.OLDEST_FIRST) {
            return query.startTime() == null && query.endTime() == null;
        }
        return query.endTime() == null || (query.startTime() != null && !hasSpansThatDateNoTrace());
    }

    /**
     * Returns whether a passing row belongs to a span that does not date its trace. Only such a span can be older than its trace:
     * without them, no trace newer than the end of the times has a span in them.
     */
    private boolean hasSpansThatDateNoTrace() {
        return database.number(Sql.of(
                                "look for spans that date no trace",
                                "SELECT count() FROM (SELECT 1 FROM spans WHERE " + filter.sql()
                                        + " AND row_kind = 1 LIMIT 1)")
                        .with(filter))
                > 0;
    }

    /** Reads the next traces of the current source. */
    private List<TraceSortKey> read(int count) {
        Condition condition = condition();
        String where = condition.sql() + comparisonWithLast();
        String direction = query.order() == Order.NEWEST_FIRST ? "DESC" : "ASC";
        String page = " ORDER BY time " + direction + ", toUInt128(trace_id) " + direction + " LIMIT " + count;
        String text = switch (source) {
            case IN_ORDER ->
                "SELECT time, trace_id FROM trace_times WHERE " + where + " AND time "
                        + KeyBounds.ofFirst(count, "time", "trace_times WHERE " + where, query.order());
            case MATCHING_WITHIN_TIMES -> "SELECT time, trace_id FROM trace_times WHERE " + where;
            case MATCHING ->
                "SELECT time, trace_id FROM trace_places WHERE " + where + " AND dates GROUP BY time, trace_id";
        };
        String name = source == Source.IN_ORDER ? "page of traces" : "page of matching traces";
        Sql sql = Sql.of(name, text + page).with(condition);
        if (after != null) {
            sql = sql.with("after_time", after.timeNanos()).with("after_trace", after.traceId());
        }
        return database.lookUp(sql, row -> new TraceSortKey(row.readLong(), row.readUuid()));
    }

    private Condition condition() {
        List<Condition> all = new ArrayList<>();
        all.add(Condition.of("tenant_id = {tenant:UUID}", "tenant", query.tenantId()));
        if (query.traceId() != null) {
            all.add(Condition.of("trace_id = {trace_id:UUID}", "trace_id", query.traceId()));
        }
        if (source != Source.IN_ORDER && query.filtersSpans()) {
            all.add(new Condition(
                    "trace_id IN (SELECT trace_id FROM spans WHERE " + filter.sql() + ")", filter.parameters()));
        }
        if (source != Source.MATCHING && query.endTime() != null) {
            all.add(time("<=", "to", Times.toNanos(query.endTime())));
        }
        if (source == Source.MATCHING_WITHIN_TIMES && query.startTime() != null) {
            all.add(time(">=", "from", Times.toNanos(query.startTime())));
        }
        return Condition.all(all);
    }

    private static Condition time(String comparison, String parameter, long nanos) {
        return Condition.of(
                "time " + comparison + " fromUnixTimestamp64Nano({" + parameter + ":Int64}, 'UTC')", parameter, nanos);
    }

    /** Returns a condition that candidates come after the last one read; empty if none was. */
    private String comparisonWithLast() {
        if (after == null) {
            return "";
        }
        String than = query.order() == Order.NEWEST_FIRST ? "<" : ">";
        String time = "fromUnixTimestamp64Nano({after_time:Int64}, 'UTC')";
        return " AND time " + than + "= " + time + " AND (time " + than + " " + time + " OR toUInt128(trace_id) " + than
                + " toUInt128({after_trace:UUID}))";
    }

    /** Returns the candidates whose traces have a row, of any version, that passes the filters. */
    private Set<TraceSortKey> withPassingRows(Set<TraceSortKey> candidates) {
        Sql sql = Sql.of("matching traces", """
                        SELECT DISTINCT trace_id FROM spans
                        WHERE %s AND %s""".formatted(
                                SpanReader.atLocationsOfTraces("trace_id IN {ids:Array(UUID)}"), filter.sql()))
                .with(filter);
        Set<UUID> ids =
                candidates.stream().map(TraceSortKey::traceId).collect(Collectors.toCollection(LinkedHashSet::new));
        Set<UUID> passing = new HashSet<>();
        Sql.chunks(ids)
                .forEach(chunk -> passing.addAll(database.lookUp(sql.withIds("ids", chunk), RowInput::readUuid)));
        Set<TraceSortKey> with = new LinkedHashSet<>(candidates);
        with.removeIf(candidate -> !passing.contains(candidate.traceId()));
        return with;
    }
}
