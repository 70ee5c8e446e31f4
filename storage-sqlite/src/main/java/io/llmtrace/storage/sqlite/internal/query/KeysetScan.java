package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.model.Ids;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.spi.PageCursor;
import io.llmtrace.storage.sqlite.internal.engine.Condition;
import io.llmtrace.storage.sqlite.internal.engine.ResultRow;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.write.TimeChanges;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows of one page of a keyset scan: each page continues after the sort key of the last item before it. A scan must
 * list each item once, although late spans move traces to earlier times while it goes on. So a cursor carries the number of the
 * write at which the scan began, and an item whose time changed since keeps, in this scan, the time that it had then:
 *
 * <pre>
 *   page = the first n of  (items not changed since, by their time)  ∪  (items changed since, by their time before that)
 * </pre>
 */
final class KeysetScan {

    private final SqliteConnection connection;
    private final TraceQuery query;
    private final @Nullable PageCursor after;
    private final Source source;
    private final boolean newestFirst;

    /**
     * Prepares the scan for one page.
     *
     * @param after the query's cursor, decoded; null for the first page
     */
    KeysetScan(SqliteConnection connection, TraceQuery query, @Nullable PageCursor after, Source source) {
        this.connection = connection;
        this.query = query;
        this.after = after;
        this.source = source;
        this.newestFirst = query.order() == Order.NEWEST_FIRST;
    }

    /**
     * The rows to scan, as parts of a {@code SELECT}.
     *
     * @param tables follows {@code FROM}: the item's table comes first, and {@code traces} is called {@code t}
     * @param row the item's row id, an expression
     * @param time the item's time, an expression
     * @param spanId the item's span id, an expression; null for a scan of traces
     * @param condition the filters
     */
    record Source(
            String tables,
            String row,
            String time,
            @Nullable String spanId,
            TimeChanges changes,
            long tenant,
            Condition condition) {}

    /**
     * One item of a page.
     *
     * @param row its row id
     * @param sortKey the cursor that continues after it
     */
    record Item(long row, PageCursor sortKey) {
        UUID traceId() {
            return sortKey.traceId();
        }
    }

    record ItemPage(List<Item> items, @Nullable String nextCursor) {}

    ItemPage page() throws SQLException {
        long snapshot = after == null ? counter("writes") : after.snapshot();
        List<Item> found = after == null ? unchanged(snapshot, null, false) : next(snapshot, after);
        if (found.size() <= query.limit()) {
            return new ItemPage(found, null);
        }
        List<Item> items = found.subList(0, query.limit());
        return new ItemPage(items, items.get(items.size() - 1).sortKey().encode(query));
    }

    private List<Item> next(long snapshot, PageCursor cursor) throws SQLException {
        if (snapshot < 0 || snapshot > counter("writes")) {
            throw new InvalidRequestException("cursor is not of this store: begin again without a cursor");
        }
        if (snapshot < counter("moves_forgotten")) {
            throw new InvalidRequestException(
                    "cursor is older than " + TimeChanges.KEPT_FOR.toHours() + " hours: begin again without a cursor");
        }
        boolean someChanged = counter("last_move") > snapshot;
        List<Item> found = unchanged(snapshot, cursor, someChanged);
        if (!someChanged) {
            return found;
        }
        List<Item> all = new ArrayList<>(found);
        all.addAll(changed(snapshot, cursor));
        all.sort(order());
        return all.subList(0, Math.min(all.size(), query.limit() + 1));
    }

    /** Returns items whose time has not changed since the snapshot, up to one more than fit on the page. */
    private List<Item> unchanged(long snapshot, @Nullable PageCursor cursor, boolean someChanged) throws SQLException {
        Condition condition = source.condition;
        if (cursor != null) {
            condition = condition.and(after(source.time, cursor));
        }
        if (someChanged) {
            condition = condition.and(Condition.of(
                    "NOT EXISTS (SELECT 1 FROM " + source.changes.table() + " m WHERE m.item = " + source.row
                            + " AND m.write > ?)",
                    snapshot));
        }
        return select(source.tables, source.time, condition, snapshot);
    }

    /** Returns items whose time changed since the snapshot, by the time before the first of these changes. */
    private List<Item> changed(long snapshot, PageCursor cursor) throws SQLException {
        String changes = source.changes.table();
        Condition condition = Condition.of(
                        source.row + " = m.item AND m.tenant = ? AND m.write > ?", source.tenant, snapshot)
                .and(Condition.of(
                        "NOT EXISTS (SELECT 1 FROM " + changes
                                + " e WHERE e.item = m.item AND e.write > ? AND e.write < m.write)",
                        snapshot))
                .and(after("m.time_before", cursor))
                .and(source.condition);
        return select(changes + " m CROSS JOIN " + source.tables, "m.time_before", condition, snapshot);
    }

    private List<Item> select(String tables, String time, Condition condition, long snapshot) throws SQLException {
        String direction = newestFirst ? " DESC" : " ASC";
        String spanId = source.spanId;
        String sql = "SELECT " + source.row + " AS item, " + time + " AS time, t.trace_id AS trace_id"
                + (spanId == null ? "" : ", " + spanId + " AS span_id")
                + " FROM " + tables
                + " WHERE " + condition.sql()
                + " ORDER BY " + time + direction + ", t.trace_id" + direction
                + (spanId == null ? "" : ", " + spanId + direction)
                + " LIMIT " + (query.limit() + 1) + " OFFSET " + query.offset();
        List<Item> items = new ArrayList<>();
        connection.each(sql, row -> items.add(item(row, snapshot)), condition.arguments());
        return items;
    }

    private Item item(ResultRow row, long snapshot) throws SQLException {
        long time = row.number("time");
        UUID traceId = row.id("trace_id");
        PageCursor sortKey = source.spanId == null
                ? PageCursor.ofTrace(time, traceId, snapshot)
                : PageCursor.ofSpan(time, traceId, row.id("span_id"), snapshot);
        return new Item(row.number("item"), sortKey);
    }

    /** Returns the condition that an item comes after the cursor in the order of the scan. */
    private Condition after(String time, PageCursor cursor) {
        String beyond = newestFirst ? " < ?" : " > ?";
        Condition tie = source.spanId == null
                ? Condition.of("t.trace_id" + beyond, cursor.traceId())
                : Condition.of(
                        "(t.trace_id" + beyond + " OR (t.trace_id = ? AND " + source.spanId + beyond + "))",
                        cursor.traceId(),
                        cursor.traceId(),
                        cursor.spanId());
        // Redundant, but the only one of these comparisons that SQLite can use an index for.
        return Condition.of(time + (newestFirst ? " <= ?" : " >= ?"), cursor.timeNanos())
                .and(Condition.either(Condition.of(time + beyond, cursor.timeNanos()), tie));
    }

    private Comparator<Item> order() {
        Comparator<Item> ascending = Comparator.<Item>comparingLong(item -> item.sortKey.timeNanos())
                .thenComparing(item -> item.sortKey.traceId(), Ids.BYTE_ORDER)
                .thenComparing(item -> item.sortKey.spanId(), Ids.BYTE_ORDER);
        return newestFirst ? ascending.reversed() : ascending;
    }

    private long counter(String name) throws SQLException {
        return connection.number("SELECT value FROM counters WHERE name = ?", name);
    }
}
