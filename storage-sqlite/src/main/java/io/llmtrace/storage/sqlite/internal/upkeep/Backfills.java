package io.llmtrace.storage.sqlite.internal.upkeep;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Preview;
import io.llmtrace.storage.sqlite.internal.engine.Migrations;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.query.TextIndex;
import io.llmtrace.storage.sqlite.internal.read.SpanReader;
import io.llmtrace.storage.sqlite.internal.write.DictionaryWriter;
import io.llmtrace.storage.sqlite.internal.write.SpanDetailWriter;
import java.sql.SQLException;
import java.util.Map;

/** Fills the rows and columns that a schema version adds, from the bodies of the spans that are stored already. */
public final class Backfills {

    /** The migrations of the store, with their backfills. */
    public static final Migrations MIGRATIONS =
            Migrations.ofSchema(Map.of(3, Backfills::insertFindingsAndActions, 6, Backfills::setErrorPreviews));

    private Backfills() {}

    private static void insertFindingsAndActions(SqliteConnection connection) throws SQLException {
        DictionaryWriter dictionary = new DictionaryWriter();
        SpanReader reader = new SpanReader(connection);
        for (long row : connection.numbers("SELECT id FROM spans ORDER BY block, id")) {
            TraceSpan span = reader.byRow(row, TextIndex.ANY_TENANT);
            if (span == null) {
                continue;
            }
            SpanDetailWriter.insert(connection, dictionary, row, span);
            if (!span.agentActions().isEmpty()) {
                connection.update(
                        "UPDATE spans SET action_count = ? WHERE id = ?",
                        span.agentActions().size(),
                        row);
            }
        }
    }

    private static void setErrorPreviews(SqliteConnection connection) throws SQLException {
        SpanReader reader = new SpanReader(connection);
        for (long row : connection.numbers("SELECT id FROM spans WHERE error = 1 ORDER BY block, id")) {
            TraceSpan span = reader.byRow(row, TextIndex.ANY_TENANT);
            if (span != null) {
                connection.update(
                        "UPDATE spans SET error_preview = ? WHERE id = ?",
                        Preview.ofResponse(span.errorMessage()),
                        row);
            }
        }
    }
}
