package io.llmtrace.storage.sqlite.internal.read;

import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;

/** Reads the rows of a span's findings and actions, for lists; the complete findings and actions are in its body. */
final class SpanDetails {

    private SpanDetails() {}

    /** Returns the distinct types of a span's findings, sorted. */
    static List<String> findingTypesOf(SqliteConnection connection, long span) throws SQLException {
        SortedSet<String> types = new TreeSet<>();
        for (long type : connection.numbers("SELECT finding_type FROM findings WHERE span = ?", span)) {
            types.add(connection.dictionary().name(type));
        }
        return List.copyOf(types);
    }

    /** How many actions a span has, and how many of them failed. */
    record ActionCounts(long all, long failed) {
        static final ActionCounts NONE = new ActionCounts(0, 0);
    }

    static ActionCounts actionsOf(SqliteConnection connection, long span) throws SQLException {
        return Objects.requireNonNull(connection.first(
                "SELECT count(*) AS actions, coalesce(sum(failed), 0) AS failed FROM actions WHERE span = ?",
                row -> new ActionCounts(row.number("actions"), row.number("failed")),
                span));
    }
}
