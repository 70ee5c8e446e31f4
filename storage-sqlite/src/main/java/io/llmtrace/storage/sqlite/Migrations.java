package io.llmtrace.storage.sqlite;

import io.llmtrace.storage.CorruptStoreException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a file to the newest schema. The version stands in the file's {@code user_version}; each step is one transaction,
 * so that a file is always of one version, wherever the process ends.
 */
final class Migrations {

    /** Marks a file as ours, in its {@code application_id}: "LLMT". */
    static final int APPLICATION_ID = 0x4C4C4D54;

    static final Migrations ALL = new Migrations(
            List.of(
                    "migrations/0001_initial.sql",
                    "migrations/0002_analytics.sql",
                    "migrations/0003_requested_actions.sql",
                    "migrations/0004_retention.sql",
                    "migrations/0005_trace_figures.sql",
                    "migrations/0006_outlines.sql"),
            Map.of(3, SpanDetails::insertOfAllSpans, 6, SpanDetails::previewAllErrors));

    private static final Logger log = LoggerFactory.getLogger(Migrations.class);

    private final List<String> scripts;
    /** What SQL cannot do, by the version that it belongs to; runs after its script. */
    private final Map<Integer, Session.Action> programs;

    Migrations(List<String> scripts) {
        this(scripts, Map.of());
    }

    private Migrations(List<String> scripts, Map<Integer, Session.Action> programs) {
        this.scripts = List.copyOf(scripts);
        this.programs = programs;
    }

    int newestVersion() {
        return scripts.size();
    }

    /** @throws CorruptStoreException if the file is not ours, or newer than this program */
    int requireReadable(Session session, Path file) throws SQLException {
        int version = versionOf(session, file);
        if (version < newestVersion()) {
            throw new CorruptStoreException(file + " has schema version " + version + ", this program reads "
                    + newestVersion() + ": run llmtrace migrate once, which opens it for writing");
        }
        return version;
    }

    /** @throws CorruptStoreException if the file is not ours, or newer than this program */
    void run(Session session, Path file) throws SQLException {
        for (int version = versionOf(session, file); version < newestVersion(); version++) {
            int next = version + 1;
            session.transaction("BEGIN IMMEDIATE", s -> {
                for (String statement : Sql.script(scripts.get(next - 1))) {
                    s.execute(statement);
                }
                Session.Action program = programs.get(next);
                if (program != null) {
                    program.run(s);
                }
                s.execute("PRAGMA application_id = " + APPLICATION_ID);
                s.execute("PRAGMA user_version = " + next);
                return next;
            });
            log.info("{}: schema version {}", file.getFileName(), next);
        }
    }

    /** 0 for an empty file. */
    private int versionOf(Session session, Path file) throws SQLException {
        int version = (int) session.number("PRAGMA user_version");
        long application = session.number("PRAGMA application_id");
        boolean empty = session.number("SELECT count(*) FROM sqlite_schema") == 0;
        if (empty && version == 0) {
            return 0;
        }
        if (application != APPLICATION_ID) {
            throw new CorruptStoreException(file + " is a SQLite database, but not of llmtrace: choose another file");
        }
        if (version > newestVersion()) {
            throw new CorruptStoreException(file + " has schema version " + version + ", this program knows up to "
                    + newestVersion() + ": use the newer llmtrace that wrote it");
        }
        return version;
    }
}
