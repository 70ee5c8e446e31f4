package io.llmtrace.storage.clickhouse.internal.engine;

import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.spi.StoreProperties;
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
 * Brings a database to the newest schema. Every statement of a migration may be repeated, so that an interrupted migration is
 * completed at the next start, and several processes may start at the same time. Last of all, each node gets a view
 * {@code schema_version_NUMBER} for each migration, so that a node that was down is migrated when it is back.
 */
public final class Migrations {

    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

    /** In the order of their numbers; the number of a file is the version that it leads to. */
    static final List<String> FILES = List.of(
            "0001_initial.sql",
            "0002_analytics.sql",
            "0003_requested_actions.sql",
            "0004_retention.sql",
            "0005_agent_name.sql",
            "0006_environment.sql",
            "0007_release.sql",
            "0008_trace_name.sql",
            "0009_prompt_name.sql",
            "0010_prompt_version.sql",
            "0011_level.sql",
            "0012_level_message.sql",
            "0013_request_settings.sql",
            "0014_store_properties.sql",
            "0015_false_words.sql",
            "0016_retention_by.sql",
            "0017_attribute_tokens.sql");

    private static final String FOLDER = "/io/llmtrace/storage/clickhouse/migrations/";
    private static final String VERSION_VIEW = "schema_version_";

    /** The first server version whose text indexes are not experimental. */
    private static final Version OLDEST_SERVER = new Version(26, 2);

    private final Layout layout;

    private Migrations(Layout layout) {
        this.layout = layout;
    }

    /**
     * Creates the database if it is missing, and migrates it.
     *
     * @throws UnavailableException if no node can be reached, or if one is down while others need a migration
     * @throws CorruptStoreException if the schema is newer than this program
     */
    public static Layout run(Database database) {
        // Our own database may not exist yet.
        try (Database inDefault = database.inDefault()) {
            Layout layout = Layout.of(inDefault);
            new Migrations(layout).run(database, inDefault);
            return layout;
        }
    }

    private void run(Database database, Database inDefault) {
        List<Database> targets = layout.targets(database);
        List<Database> outdated = new ArrayList<>();
        List<String> down = new ArrayList<>();
        UnavailableException failure = null;
        for (int i = 0; i < targets.size(); i++) {
            Database target = targets.get(i);
            try {
                if (!createdAndUpToDate(layout.targets(inDefault).get(i))) {
                    outdated.add(target);
                }
            } catch (UnavailableException e) {
                down.add(target.settings().displayUrl());
                failure = e;
            }
        }
        if (failure != null && (!outdated.isEmpty() || down.size() == targets.size())) {
            throw failure;
        }
        if (failure != null) {
            LOG.warn("these nodes are down, writes to their shards fail: {}", down, failure);
        }
        if (!outdated.isEmpty()) {
            outdated.forEach(this::migrate);
            noteIfNew(database);
            outdated.forEach(this::createVersionViews);
        }
    }

    /** The version of a server, without its patch level. */
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
                                    + " was created on one server: remove cluster=… from the URL, or name another"
                                    + " database and move the traces by export and import");
        }
        return state.onAllNodes;
    }

    private void migrate(Database target) {
        target.read(Sql.of("server version", "SELECT version()"), row -> Version.of(row.readText()))
                .forEach(Version::requireSupported);
        target.nodes().forEach(Migrations::renameOriginalTables);
        for (String file : FILES) {
            statements(file).forEach(statement -> layout.execute(target, Sql.of("migrate: " + file, statement)));
        }
    }

    /**
     * Sets {@link StoreProperties#SEPARATE_EVENTS} if the store holds no rows. It is one statement: another process that
     * starts at the same time and stores spans has set the property before them, so it does not matter which rows this one sees.
     * All replicas are counted, since one of them may have lost its rows.
     */
    private void noteIfNew(Database database) {
        String spans = layout.onEachNode(database.settings().database(), layout.local("spans"));
        database.execute(Sql.of("note that the store is new", """
                        INSERT INTO store_properties (name, value, version) SELECT {name:String}, {value:String}, toUInt64(0)
                        WHERE (SELECT count() FROM %s) = 0""".formatted(spans))
                .with("name", StoreProperties.SEPARATE_EVENTS)
                .with("value", StoreProperties.ANNOUNCED));
    }

    private void createVersionViews(Database target) {
        for (int version = 1; version <= newest(); version++) {
            layout.execute(
                    target,
                    Sql.of(
                            "note schema version " + version,
                            "CREATE VIEW IF NOT EXISTS " + VERSION_VIEW + version + "{on_cluster} AS SELECT 1"));
        }
    }

    /**
     * Renames the tables of the original schema, whose names the new tables take. Their rows are imported later, see
     * {@code OriginalImport}.
     *
     * @param node a single server: the original schema did not support clusters, so each node may have tables of its own
     */
    private static void renameOriginalTables(Database node) {
        long original = node.number(Sql.of("look for the original tables", """
                SELECT countIf(table = 'spans' AND name = 'operation_name') * countIf(table = 'traces' AND name = 'created_at')
                    * (countIf(table = 'spans' AND name = 'version') = 0)
                FROM system.columns WHERE database = currentDatabase()"""));
        if (original > 0) {
            node.execute(Sql.of(
                    "move the original tables aside",
                    "RENAME TABLE spans TO original_spans, traces TO original_traces"));
        }
    }

    /** Returns the version of the newest schema that this program knows. */
    public static long newest() {
        return FILES.size();
    }

    /** Returns the statements of a file; each ends with a semicolon at the end of a line. */
    static List<String> statements(String file) {
        return Stream.of(text(file).split(";\\n"))
                .filter(statement -> !statement.isBlank())
                .toList();
    }

    private static String text(String file) {
        try (InputStream in = Migrations.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new IllegalStateException("no such migration: " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
