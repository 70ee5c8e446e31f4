package io.llmtrace.storage.sqlite;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/**
 * Which traces or spans had another time before, for walks along cursors: a walk sees each item in the place that it had
 * when the walk began. Moves are kept for a day; an older cursor is refused.
 */
final class Moves {

    static final Duration KEPT_FOR = Duration.ofDays(1);

    private final String table;

    private Moves(String table) {
        this.table = table;
    }

    static Moves ofTraces() {
        return new Moves("trace_moves");
    }

    static Moves ofSpans() {
        return new Moves("span_moves");
    }

    String table() {
        return table;
    }

    /** Of several moves within one write the first counts: what was before is what a reader could see. */
    void record(Session session, long item, long write, long tenant, long timeBefore) throws SQLException {
        session.update(
                "INSERT OR IGNORE INTO " + table
                        + " (item, write, tenant, time_before, moved_at) VALUES (?, ?, ?, ?, ?)",
                item,
                write,
                tenant,
                timeBefore,
                Instant.now().getEpochSecond());
        session.update("UPDATE counters SET value = ? WHERE name = 'last_move'", write);
    }

    void forgetItem(Session session, long item) throws SQLException {
        session.update("DELETE FROM " + table + " WHERE item = ?", item);
    }

    static void forgetOld(Session session) throws SQLException {
        long before = Instant.now().minus(KEPT_FOR).getEpochSecond();
        for (Moves moves : new Moves[] {ofTraces(), ofSpans()}) {
            long last = session.number("SELECT max(write) FROM " + moves.table + " WHERE moved_at < ?", before);
            if (last > 0) {
                session.update("DELETE FROM " + moves.table + " WHERE write <= ?", last);
                session.update("UPDATE counters SET value = max(value, ?) WHERE name = 'moves_forgotten'", last);
            }
        }
    }
}
