package io.llmtrace.storage.sqlite;

import io.llmtrace.model.Ids;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.spi.PageCursor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows of one page. A walk along cursors must meet each item once, although late spans move traces to earlier
 * times while it goes on. So a cursor carries the number of the write at which the walk began, and an item that moved since
 * keeps, for this walk, the place that it had:
 *
 * <pre>
 *   page = the first n of  (items not moved since, by their time)  ∪  (items moved since, by their time before that)
 * </pre>
 */
final class Walk {

    private final Session session;
    private final TraceQuery query;
    private final Source source;
    private final boolean newestFirst;

    Walk(Session session, TraceQuery query, Source source) {
        this.session = session;
        this.query = query;
        this.source = source;
        this.newestFirst = query.order() == Order.NEWEST_FIRST;
    }

    /**
     * What is walked over.
     *
     * @param tables with the item's table first
     * @param row the item's row id
     * @param spanId an expression, or null when traces are walked over
     */
    record Source(
            String tables,
            String row,
            String time,
            @Nullable String spanId,
            Moves moves,
            long tenant,
            Condition condition) {
        PageCursor.Items items() {
            return spanId == null ? PageCursor.Items.TRACES : PageCursor.Items.SPANS;
        }
    }

    /** The place of one item. */
    record Place(long row, PageCursor cursor) {
        UUID traceId() {
            return cursor.traceId();
        }
    }

    record Places(List<Place> items, @Nullable String nextCursor) {}

    Places page() throws SQLException {
        PageCursor after = query.cursor() == null ? null : PageCursor.decode(query, source.items());
        long snapshot = after == null ? counter("writes") : after.snapshot();
        List<Place> found = after == null ? unmoved(snapshot, null, false) : next(snapshot, after);
        if (found.size() <= query.limit()) {
            return new Places(found, null);
        }
        List<Place> items = found.subList(0, query.limit());
        return new Places(items, items.get(items.size() - 1).cursor().encode(query));
    }

    private List<Place> next(long snapshot, PageCursor after) throws SQLException {
        if (snapshot < counter("moves_forgotten")) {
            throw new InvalidRequestException(
                    "cursor is older than " + Moves.KEPT_FOR.toHours() + " hours: begin again without a cursor");
        }
        boolean moved = counter("last_move") > snapshot;
        List<Place> found = unmoved(snapshot, after, moved);
        if (!moved) {
            return found;
        }
        List<Place> all = new ArrayList<>(found);
        all.addAll(moved(snapshot, after));
        all.sort(order());
        return all.subList(0, Math.min(all.size(), query.limit() + 1));
    }

    private List<Place> unmoved(long snapshot, @Nullable PageCursor after, boolean someMoved) throws SQLException {
        Condition condition = source.condition;
        if (after != null) {
            condition = condition.and(behind(source.time, after));
        }
        if (someMoved) {
            condition = condition.and(Condition.of(
                    "NOT EXISTS (SELECT 1 FROM " + source.moves.table() + " m WHERE m.item = " + source.row
                            + " AND m.write > ?)",
                    snapshot));
        }
        return select(source.tables, source.time, condition, snapshot);
    }

    private List<Place> moved(long snapshot, PageCursor after) throws SQLException {
        String moves = source.moves.table();
        Condition condition = Condition.of("m.tenant = ? AND m.write > ?", source.tenant, snapshot)
                .and(Condition.of(
                        "NOT EXISTS (SELECT 1 FROM " + moves
                                + " e WHERE e.item = m.item AND e.write > ? AND e.write < m.write)",
                        snapshot))
                .and(behind("m.time_before", after))
                .and(source.condition);
        String tables = moves + " m CROSS JOIN " + source.tables;
        return select(
                tables, "m.time_before", Condition.of(source.row + " = m.item").and(condition), snapshot);
    }

    private List<Place> select(String tables, String time, Condition condition, long snapshot) throws SQLException {
        String direction = newestFirst ? " DESC" : " ASC";
        String spanId = source.spanId;
        String sql = "SELECT " + source.row + ", " + time + ", t.trace_id" + (spanId == null ? "" : ", " + spanId)
                + " FROM " + tables
                + " WHERE " + condition.sql()
                + " ORDER BY " + time + direction + ", t.trace_id" + direction
                + (spanId == null ? "" : ", " + spanId + direction)
                + " LIMIT " + (query.limit() + 1) + " OFFSET " + query.offset();
        List<Place> places = new ArrayList<>();
        session.each(
                sql,
                row -> places.add(place(row, snapshot)),
                condition.parameters().toArray());
        return places;
    }

    private Place place(ResultSet row, long snapshot) throws SQLException {
        long time = row.getLong(2);
        UUID traceId = Ids.ofBytes(row.getBytes(3));
        PageCursor cursor = source.spanId == null
                ? PageCursor.ofTrace(time, traceId, snapshot)
                : PageCursor.ofSpan(time, traceId, Ids.ofBytes(row.getBytes(4)), snapshot);
        return new Place(row.getLong(1), cursor);
    }

    /** Behind the cursor in the order of the walk. */
    private Condition behind(String time, PageCursor after) {
        String beyond = newestFirst ? " < ?" : " > ?";
        Condition tie = source.spanId == null
                ? Condition.of("t.trace_id" + beyond, after.traceId())
                : Condition.of(
                        "(t.trace_id" + beyond + " OR (t.trace_id = ? AND " + source.spanId + beyond + "))",
                        after.traceId(),
                        after.traceId(),
                        after.spanId());
        // The first comparison alone is what an index can use.
        return Condition.of(time + (newestFirst ? " <= ?" : " >= ?"), after.timeNanos())
                .and(Condition.either(Condition.of(time + beyond, after.timeNanos()), tie));
    }

    private Comparator<Place> order() {
        Comparator<Place> ascending = Comparator.<Place>comparingLong(place -> place.cursor.timeNanos())
                .thenComparing(place -> place.cursor.traceId(), Ids.BYTE_ORDER)
                .thenComparing(place -> place.cursor.spanId(), Ids.BYTE_ORDER);
        return newestFirst ? ascending.reversed() : ascending;
    }

    private long counter(String name) throws SQLException {
        return session.number("SELECT value FROM counters WHERE name = ?", name);
    }
}
