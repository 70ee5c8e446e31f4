package io.llmtrace.storage.sqlite.internal.engine;

import io.llmtrace.storage.CorruptStoreException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a file to the newest schema. The file's {@code user_version} says which version it has. All missing steps are one
 * transaction, so a file that cannot be brought to the newest schema stays as it is.
 */
public final class Migrations {

    /** The {@code application_id} that marks a file as a store of llmtrace: "LLMT" in ASCII. */
    private static final int APPLICATION_ID = 0x4C4C4D54;

    /** The scripts of the schema; the number that a name begins with is the version that the script leads to. */
    private static final List<String> SCHEMA = List.of(
            "migrations/0001_initial.sql",
            "migrations/0002_analytics.sql",
            "migrations/0003_requested_actions.sql",
            "migrations/0004_retention.sql",
            "migrations/0005_trace_figures.sql",
            "migrations/0006_outlines.sql",
            "migrations/0007_agent_name.sql",
            "migrations/0008_environment.sql",
            "migrations/0009_release.sql",
            "migrations/0010_trace_name.sql",
            "migrations/0011_prompt_name.sql",
            "migrations/0012_prompt_version.sql",
            "migrations/0013_level.sql",
            "migrations/0014_level_message.sql",
            "migrations/0015_request_settings.sql",
            "migrations/0016_store_properties.sql",
            "migrations/0017_words.sql",
            "migrations/0018_retention_by.sql",
            "migrations/0019_attribute_terms.sql");

    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

    private final List<String> scripts;
    private final Map<Integer, SqliteConnection.Action> backfills;

    Migrations(List<String> scripts) {
        this(scripts, Map.of());
    }

    private Migrations(List<String> scripts, Map<Integer, SqliteConnection.Action> backfills) {
        for (int i = 0; i < scripts.size(); i++) {
            String name = scripts.get(i).substring(scripts.get(i).lastIndexOf('/') + 1);
            if (!name.startsWith(String.format("%04d_", i + 1))) {
                throw new IllegalArgumentException("script of version " + (i + 1) + " is called " + name);
            }
        }
        this.scripts = List.copyOf(scripts);
        this.backfills = Map.copyOf(backfills);
    }

    /**
     * Returns the migrations of the store's schema.
     *
     * @param backfills by version, the steps that SQL alone cannot do; they run in the order of versions, but after all scripts,
     *     since the code that reads spans knows the columns of the newest schema only
     */
    public static Migrations ofSchema(Map<Integer, SqliteConnection.Action> backfills) {
        return new Migrations(SCHEMA, backfills);
    }

    private int newestVersion() {
        return scripts.size();
    }

    /**
     * Returns the version of a file that can be read as it is.
     *
     * @throws CorruptStoreException if the file is not one of llmtrace, or older or newer than this program
     */
    int requireReadable(SqliteConnection connection, Path file) throws SQLException {
        int version = versionOf(connection, file);
        if (version < newestVersion()) {
            throw new CorruptStoreException(file + " has schema version " + version + ", this program reads "
                    + newestVersion() + ": run llmtrace migrate once, which opens it for writing");
        }
        return version;
    }

    /**
     * Runs the steps that a file lacks.
     *
     * @throws CorruptStoreException if the file is not one of llmtrace, or newer than this program
     */
    void run(SqliteConnection connection, Path file) throws SQLException {
        int version = versionOf(connection, file);
        if (version == newestVersion()) {
            return;
        }
        connection.transaction("BEGIN IMMEDIATE", transaction -> {
            for (String script : scripts.subList(version, newestVersion())) {
                for (String statement : Sql.script(script)) {
                    transaction.execute(statement);
                }
            }
            for (int step = version + 1; step <= newestVersion(); step++) {
                SqliteConnection.Action backfill = backfills.get(step);
                if (backfill != null) {
                    backfill.run(transaction);
                }
            }
            transaction.execute("PRAGMA application_id = " + APPLICATION_ID);
            transaction.execute("PRAGMA user_version = " + newestVersion());
            return true;
        });
        LOG.info("{}: schema version {}", file.getFileName(), newestVersion());
    }

    /** Returns the version of a file; 0 if it is empty. */
    private int versionOf(SqliteConnection connection, Path file) throws SQLException {
        int version = (int) connection.number("PRAGMA user_version");
        long application = connection.number("PRAGMA application_id");
        boolean empty = connection.number("SELECT count(*) FROM sqlite_schema") == 0;
        if (empty && version == 0) {
            return 0;
        }
        if (application != APPLICATION_ID) {
            throw new CorruptStoreException(
                    file + " is a SQLite database, but not one of llmtrace: choose another file");
        }
        if (version > newestVersion()) {
            throw new CorruptStoreException(file + " has schema version " + version + ", this program knows up to "
                    + newestVersion() + ": use the newer llmtrace that wrote it");
        }
        return version;
    }
}
