package io.llmtrace.storage.sqlite.internal.write;

import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/**
 * The times that traces and spans had before a write changed them. A keyset scan lists each item by the time that it had when
 * the scan began, so it reads these. They are kept for a day; an older cursor is refused.
 */
public enum TimeChanges {
    /** Changes of the creation times of traces. */
    OF_TRACES("trace_moves"),
    /** Changes of the start times of spans. */
    OF_SPANS("span_moves");

    /** How long a change is kept, and with it how long a cursor is good for. */
    public static final Duration KEPT_FOR = Duration.ofDays(1);

    private final String table;

    TimeChanges(String table) {
        this.table = table;
    }

    /** Returns the name of the table that holds the changes. */
    public String table() {
        return table;
    }

    /**
     * Records a change, in the transaction that makes it. The first of several changes of one item in one transaction counts:
     * readers have seen no time but the one before it.
     *
     * @param item the row id of the trace or span
     * @param write the number of the transaction
     */
    void record(SqliteConnection connection, long item, long write, long tenant, long timeBefore) throws SQLException {
        connection.update(
                "INSERT OR IGNORE INTO " + table
                        + " (item, write, tenant, time_before, moved_at) VALUES (?, ?, ?, ?, ?)",
                item,
                write,
                tenant,
                timeBefore,
                Instant.now().getEpochSecond());
        connection.update("UPDATE counters SET value = ? WHERE name = 'last_move'", write);
    }

    /** Removes the changes that are older than {@link #KEPT_FOR}, and notes up to which transaction they are gone. */
    public static void removeOld(SqliteConnection connection) throws SQLException {
        long before = Instant.now().minus(KEPT_FOR).getEpochSecond();
        for (TimeChanges changes : values()) {
            long last = connection.number("SELECT max(write) FROM " + changes.table + " WHERE moved_at < ?", before);
            if (last > 0) {
                connection.update("DELETE FROM " + changes.table + " WHERE write <= ?", last);
                connection.update("UPDATE counters SET value = max(value, ?) WHERE name = 'moves_forgotten'", last);
            }
        }
    }
}
