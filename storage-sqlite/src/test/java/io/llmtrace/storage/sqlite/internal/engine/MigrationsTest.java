package io.llmtrace.storage.sqlite.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.sqlite.SqliteSettings;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MigrationsTest {

    private static final Migrations ONE = new Migrations(List.of("test-migrations/0001_notes.sql"));
    private static final Migrations TWO =
            new Migrations(List.of("test-migrations/0001_notes.sql", "test-migrations/0002_authors.sql"));
    private static final Migrations BROKEN =
            new Migrations(List.of("test-migrations/0001_notes.sql", "test-migrations/0002_broken.sql"));

    @TempDir
    private Path folder;

    @Test
    void olderFile_isUpgradedInPlace_withItsRows() {
        SqliteSettings settings = settings();
        try (Database database = Database.open(settings, ONE)) {
            database.change(
                    WriteKind.DELETES,
                    connection -> connection.update("INSERT INTO notes VALUES ('kept; -- as it is')"));
        }
        for (int opened = 0; opened < 2; opened++) {
            try (Database database = Database.open(settings, TWO)) {
                assertThat(database.<String>read(connection ->
                                connection.first("SELECT text || author AS note FROM notes", row -> row.text("note"))))
                        .isEqualTo("kept; -- as it isunknown");
                assertThat(database.<Long>read(connection -> connection.number("PRAGMA user_version")))
                        .isEqualTo(2);
            }
        }
    }

    @Test
    void olderFile_isNotChangedByAReader_whichSaysWhatToDo() {
        Database.open(settings(), ONE).close();
        assertThatThrownBy(() -> Database.open(settings().withReadOnly(), TWO))
                .isInstanceOf(CorruptStoreException.class)
                .hasMessage(
                        settings().file() + " has schema version 1, this program reads 2: run llmtrace migrate once,"
                                + " which opens it for writing");
        Database.open(settings().withReadOnly(), ONE).close();
    }

    @Test
    void newerFile_isRefused() {
        Database.open(settings(), TWO).close();
        for (SqliteSettings settings : List.of(settings(), settings().withReadOnly())) {
            assertThatThrownBy(() -> Database.open(settings, ONE))
                    .isInstanceOf(CorruptStoreException.class)
                    .hasMessage(settings.file()
                            + " has schema version 2, this program knows up to 1: use the newer llmtrace"
                            + " that wrote it");
        }
    }

    @Test
    void failedStep_leavesTheVersionBefore() {
        Database.open(settings(), ONE).close();
        assertThatThrownBy(() -> Database.open(settings(), BROKEN)).hasMessageContaining("no such table");
        try (Database database = Database.open(settings(), ONE)) {
            assertThat(database.<Long>read(connection -> connection.number("SELECT count(*) FROM sqlite_schema")))
                    .isEqualTo(1);
        }
    }

    private SqliteSettings settings() {
        return SqliteSettings.of(folder.resolve("notes.db"));
    }
}
