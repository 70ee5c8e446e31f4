package io.llmtrace.storage.clickhouse;

import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a database to the newest schema. Each step is a file whose statements may all be run again, so that a step that was
 * cut off is made whole at the next start, and several processes may start at once. What a step leaves behind last is a view
 * {@code schema_version_NUMBER}: on each node of a cluster, so that one that was away is brought to the newest schema when it
 * is back.
 */
final class Migrations {

    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

    /** In their order; the number of a file is the version that it leads to. */
    private static final List<String> FILES =
            List.of("0001_initial.sql", "0002_analytics.sql", "0003_requested_actions.sql", "0004_retention.sql");

    private static final String VERSION_VIEW = "schema_version_";

    /** The first with text indexes that are no experiment. */
    private static final Version OLDEST_SERVER = new Version(26, 2);

    private final Layout layout;

    private Migrations(Layout layout) {
        this.layout = layout;
    }

    /**
     * @return how the tables stand now
     * @throws UnavailableException if no node can be reached, or one cannot that would have to be migrated with the others
     * @throws CorruptStoreException if the schema is newer than this program
     */
    static Layout run(Database database) {
        // Ours may be missing yet.
        try (Database inDefault = database.inDefault()) {
            Layout layout = Layout.of(inDefault);
            new Migrations(layout).run(database, inDefault);
            return layout;
        }
    }

    private void run(Database database, Database inDefault) {
        List<Database> targets = layout.targets(database);
        List<Database> behind = new ArrayList<>();
        List<String> away = new ArrayList<>();
        UnavailableException failure = null;
        for (int i = 0; i < targets.size(); i++) {
            Database target = targets.get(i);
            try {
                if (!createdAndUpToDate(layout.targets(inDefault).get(i))) {
                    behind.add(target);
                }
            } catch (UnavailableException e) {
                away.add(target.settings().displayUrl());
                failure = e;
            }
        }
        if (failure != null && (!behind.isEmpty() || away.size() == targets.size())) {
            throw failure;
        }
        if (failure != null) {
            LOG.warn("these nodes are away, writes to their shards fail: {}", away, failure);
        }
        behind.forEach(this::migrate);
    }

    /** Of a server. */
    record Version(int year, int month) implements Comparable<Version> {

        private static final Comparator<Version> ORDER =
                Comparator.comparingInt(Version::year).thenComparingInt(Version::month);

        /** @param text such as {@code 26.7.2.1} */
        static Version of(String text) {
            String[] parts = text.split("\\.");
            return new Version(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        }

        void requireSupported() {
            if (compareTo(OLDEST_SERVER) < 0) {
                throw new InvalidRequestException(
                        "ClickHouse " + this + " is too old: llmtrace needs " + OLDEST_SERVER + " or newer");
            }
        }

        @Override
        public int compareTo(Version other) {
            return ORDER.compare(this, other);
        }

        @Override
        public String toString() {
            return year + "." + month;
        }
    }

    private record State(
            long newest, boolean onAllNodes, @Nullable String engine) {}

    private boolean createdAndUpToDate(Database target) {
        String name = target.settings().database();
        layout.execute(target, Sql.of("create database", "CREATE DATABASE IF NOT EXISTS `" + name + "`{on_cluster}"));
        State state = target.first(
                Sql.of("schema version", """
                                SELECT max(version), countIf(version = {newest:UInt64}) = {nodes:UInt64}, anyIf(engine, name = 'spans')
                                FROM (
                                    SELECT name, engine,
                                        if(startsWith(name, '%s'), toUInt64OrZero(substring(name, %d)), 0) AS version
                                    FROM %s WHERE database = {database:String}
                                )""".formatted(
                                        VERSION_VIEW, VERSION_VIEW.length() + 1, layout.systemTableOfTarget("tables")))
                        .with("newest", newest())
                        .with("nodes", layout.nodesOfTarget())
                        .with("database", name),
                row -> new State(row.readLong(), row.readBool(), row.readText()));
        if (state == null || state.newest == 0 || "".equals(state.engine)) {
            return false;
        }
        String where = target.settings().displayUrl();
        if (state.newest > newest()) {
            throw new CorruptStoreException(where + " has schema version " + state.newest
                    + ", newer than this program knows (" + newest() + "): use a newer llmtrace");
        }
        boolean inCluster = "Distributed".equals(state.engine);
        if (inCluster != layout.isCluster()) {
            throw new InvalidRequestException(
                    inCluster
                            ? where + " is spread over a cluster: add ?cluster=NAME"
                            : where
                                    + " was made on one server: leave cluster=… out, or name another database and move what"
                                    + " is stored by export and import");
        }
        return state.onAllNodes;
    }

    private void migrate(Database target) {
        target.read(Sql.of("server version", "SELECT version()"), row -> Version.of(row.readText()))
                .forEach(Version::requireSupported);
        target.nodes().forEach(node -> new OriginalSchema(node).moveAside());
        for (int i = 0; i < FILES.size(); i++) {
            String file = FILES.get(i);
            statements(file).forEach(statement -> layout.execute(target, Sql.of("migrate: " + file, statement)));
            layout.execute(
                    target,
                    Sql.of(
                            "migrated: " + file,
                            "CREATE VIEW IF NOT EXISTS " + VERSION_VIEW + (i + 1) + "{on_cluster} AS SELECT 1"));
        }
    }

    static long newest() {
        return FILES.size();
    }

    /** A statement ends with a semicolon at the end of a line. */
    static List<String> statements(String file) {
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
