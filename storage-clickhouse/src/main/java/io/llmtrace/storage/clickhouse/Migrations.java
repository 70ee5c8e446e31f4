package io.llmtrace.storage.clickhouse;

import io.llmtrace.storage.CorruptStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Brings a database to the newest schema. Each step is a file whose statements may all be run again, so that a step that was
 * cut off is made whole at the next start, and several processes may start at once.
 */
final class Migrations {

    /** In their order; the number of a file is the version that it leads to. */
    private static final List<String> FILES = List.of("0001_initial.sql");

    private static final String VERSIONS = """
            CREATE TABLE IF NOT EXISTS schema_versions (version UInt32, at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'))
            ENGINE = ReplacingMergeTree ORDER BY version""";

    private final Database database;

    Migrations(Database database) {
        this.database = database;
    }

    void run() {
        database.createDatabase();
        new OriginalSchema(database).moveAside();
        database.executeEverywhere(Sql.of("create schema_versions", VERSIONS));
        long version = database.number(Sql.of("schema version", "SELECT toUInt64(max(version)) FROM schema_versions"));
        if (version > FILES.size()) {
            throw new CorruptStoreException(database.settings().displayUrl() + " has schema version " + version
                    + ", newer than this program knows (" + FILES.size() + "): use a newer llmtrace");
        }
        for (int i = (int) version; i < FILES.size(); i++) {
            String file = FILES.get(i);
            statements(file).forEach(statement -> database.executeEverywhere(Sql.of("migrate: " + file, statement)));
            database.execute(Sql.of("migrated: " + file, "INSERT INTO schema_versions (version) SELECT " + (i + 1)));
        }
    }

    static long newest() {
        return FILES.size();
    }

    /** A statement ends with a semicolon at the end of a line. */
    private static List<String> statements(String file) {
        return Stream.of(text(file).split(";\\n"))
                .filter(statement -> !statement.isBlank())
                .toList();
    }

    private static String text(String file) {
        try (InputStream in = Migrations.class.getResourceAsStream("migrations/" + file)) {
            if (in == null) {
                throw new IllegalStateException("no such migration: " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
