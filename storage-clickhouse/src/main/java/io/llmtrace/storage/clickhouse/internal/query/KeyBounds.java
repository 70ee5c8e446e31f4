package io.llmtrace.storage.clickhouse.internal.query;

import io.llmtrace.storage.Order;

/** Bounds on the first column of a table's key, for pages that are also ordered by columns that the key does not have. */
final class KeyBounds {

    private KeyBounds() {}

    /**
     * Returns a comparison that the first {@code count} rows fulfil. The server stops reading once it has enough rows only if it
     * reads in the order of the table's key alone; for the rest of the page's order it would read the whole table.
     *
     * @param column first column of the table's key, by which the page is ordered
     * @param fromWhere table and condition that select the rows
     */
    static String ofFirst(int count, String column, String fromWhere, Order order) {
        boolean newestFirst = order == Order.NEWEST_FIRST;
        return (newestFirst ? ">= (SELECT min(" : "<= (SELECT max(") + column + ") FROM (SELECT " + column + " FROM "
                + fromWhere + " ORDER BY " + column + (newestFirst ? " DESC" : " ASC") + " LIMIT " + count + "))";
    }
}
