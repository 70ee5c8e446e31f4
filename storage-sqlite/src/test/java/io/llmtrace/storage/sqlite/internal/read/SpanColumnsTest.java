package io.llmtrace.storage.sqlite.internal.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.llmtrace.model.SpanField;
import io.llmtrace.storage.sqlite.SqliteSettings;
import io.llmtrace.storage.sqlite.internal.engine.Database;
import io.llmtrace.storage.sqlite.internal.upkeep.Backfills;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares the table of columns with the schema. */
final class SpanColumnsTest {

    @TempDir
    private Path folder;

    @Test
    void columns_areThoseOfTheTable() {
        SqliteSettings settings = SqliteSettings.of(folder.resolve("traces.db"));
        List<String> ofTable = new ArrayList<>();
        try (Database database = Database.open(settings, Backfills.MIGRATIONS)) {
            database.actOnWriter(
                    connection -> connection.each("PRAGMA table_info(spans)", row -> ofTable.add(row.text("name"))));
        }

        List<String> declared = new ArrayList<>(List.of(SpanColumns.ID.name()));
        SpanColumns.WRITTEN.forEach(column -> declared.add(column.name()));
        assertThat(declared).containsExactlyInAnyOrderElementsOf(ofTable);
    }

    @Test
    void columns_areFoundByTheirFields() {
        assertThat(SpanColumns.of(SpanField.MODEL_NAME).expression()).isEqualTo("s.model");
        assertThat(SpanColumns.of(SpanField.STATUS).type()).isEqualTo(SpanColumn.Type.ERROR_FLAG);
        assertThat(SpanColumns.NAMES)
                .extracting(SpanColumn::name)
                .contains("operation", "provider", "model", "service", "finish_reason")
                .doesNotContain("session_id", "user_id");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SpanColumns.of(SpanField.PROMPT))
                .withMessage("no column holds the field: prompt");
    }
}
