package io.llmtrace.storage.clickhouse.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.storage.clickhouse.ClickHouseFixture;
import io.llmtrace.testkit.NeedsClickHouse;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The statements for tables that replicate themselves. They need a Keeper, so they are compared but not run. */
class LayoutTest {

    private static final Layout ONE_SERVER = Layout.ofOneServer("llmtrace");
    private static final Layout REPLICATED = Layout.ofCluster("llmtrace", "main", 4, true);

    private static final List<String> OF_DELETES = List.of(
            "DELETE FROM spans{local}{on_cluster} WHERE version <= 1 SETTINGS lightweight_deletes_sync = 2",
            "ALTER TABLE spans{local}{on_cluster} APPLY DELETED MASK SETTINGS mutations_sync = 2",
            "CREATE VIEW IF NOT EXISTS schema_version_1{on_cluster} AS SELECT 1",
            "OPTIMIZE TABLE spans{local}{on_cluster} FINAL",
            "CREATE DATABASE IF NOT EXISTS `llmtrace`{on_cluster}");

    /** The name of what a migration creates or changes, and the cluster, which follows it. */
    private static final Pattern ON_CLUSTER = Pattern.compile(
            "^((?:CREATE TABLE IF NOT EXISTS|CREATE MATERIALIZED VIEW IF NOT EXISTS|ALTER TABLE) \\w+) ON CLUSTER `main`");

    /** Wherever a migration names a table with rows. */
    private static final Pattern TABLE =
            Pattern.compile("\\b((?:CREATE TABLE IF NOT EXISTS|ALTER TABLE|TO|FROM) \\w+?)(_local)?\\b");

    private static final Pattern NAME_OF_CREATED = Pattern.compile("^CREATE TABLE IF NOT EXISTS (\\w+)");
    private static final Pattern FIRST_IN_ORDER = Pattern.compile("\nORDER BY \\((\\w+)");

    @Test
    void statements_ofReplicatedTable_areForIt_andForADistributedTableOverIt() {
        assertThat(REPLICATED.statements(
                        "CREATE TABLE IF NOT EXISTS spans{local}{on_cluster} (a UUID)\nENGINE = ReplacingMergeTree(a)"))
                .containsExactly(
                        "CREATE TABLE IF NOT EXISTS spans_local ON CLUSTER `main` (a UUID)\nENGINE ="
                                + " ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/llmtrace/spans', '{replica}', a)",
                        "CREATE TABLE IF NOT EXISTS spans ON CLUSTER `main` AS spans_local"
                                + " ENGINE = Distributed('main', 'llmtrace', 'spans_local', cityHash64(trace_id))");
    }

    @Test
    void statements_ofDeletes_nameTheClusterAndTheTableOfEachNode() {
        assertThat(OF_DELETES.stream().flatMap(statement -> REPLICATED.statements(statement).stream()))
                .containsExactly(
                        "DELETE FROM spans_local ON CLUSTER `main` WHERE version <= 1 SETTINGS lightweight_deletes_sync = 2",
                        "ALTER TABLE spans_local ON CLUSTER `main` APPLY DELETED MASK SETTINGS mutations_sync = 2",
                        "CREATE VIEW IF NOT EXISTS schema_version_1 ON CLUSTER `main` AS SELECT 1",
                        "OPTIMIZE TABLE spans_local ON CLUSTER `main` FINAL",
                        "CREATE DATABASE IF NOT EXISTS `llmtrace` ON CLUSTER `main`");
    }

    /** A mark that a migration lacks is an error in a cluster only. */
    @ParameterizedTest
    @MethodSource("files")
    void statements_ofMigration_nameTheClusterAndTheTablesOfEachNode(String file) {
        for (String migration : Migrations.statements(file)) {
            String statement = withoutComments(REPLICATED.statements(migration).get(0));

            assertThat(statement).containsPattern(ON_CLUSTER).containsOnlyOnce("ON CLUSTER");
            assertThat(TABLE.matcher(statement).results())
                    .isNotEmpty()
                    .allSatisfy(table -> assertThat(table.group(2)).isEqualTo("_local"));
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void statements_ofMigration_replicateEachTableThatKeepsRows_underItsName(String file) {
        for (String migration : Migrations.statements(file)) {
            String plain = plain(migration);
            Matcher created = NAME_OF_CREATED.matcher(plain);
            if (created.find() && !plain.contains("\nENGINE = Null")) {
                assertThat(REPLICATED.statements(migration).get(0))
                        .containsOnlyOnce("\nENGINE = Replicated")
                        .containsOnlyOnce(
                                "('/clickhouse/tables/{shard}/llmtrace/" + created.group(1) + "', '{replica}'");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void statements_ofMigration_changeNothingElse(String file) {
        for (String migration : Migrations.statements(file)) {
            String statement = withoutComments(REPLICATED.statements(migration).get(0));

            String undone = ON_CLUSTER.matcher(statement).replaceFirst("$1");
            undone = TABLE.matcher(undone).replaceAll("$1");
            undone = undone.replace("\nENGINE = Replicated", "\nENGINE = ")
                    .replaceFirst("\\('/clickhouse/tables/\\{shard}/llmtrace/\\w+', '\\{replica}', (\\w+)\\)", "($1)")
                    .replaceFirst("\\('/clickhouse/tables/\\{shard}/llmtrace/\\w+', '\\{replica}'\\)", "");

            assertThat(undone).isEqualTo(plain(migration));
        }
    }

    /** Rows that replace each other must be on the same shard, and all rows of a trace are. */
    @ParameterizedTest
    @MethodSource("files")
    void statements_ofMigration_areFollowedByThoseOfTheDistributedTable(String file) {
        for (String migration : Migrations.statements(file)) {
            List<String> statements = REPLICATED.statements(migration);
            String plain = plain(migration);
            Matcher created = NAME_OF_CREATED.matcher(plain);
            List<String> expected = List.of();
            if (created.find()) {
                String name = created.group(1);
                expected = List.of("CREATE TABLE IF NOT EXISTS " + name + " ON CLUSTER `main` AS " + name
                        + "_local ENGINE = Distributed('main', 'llmtrace', '" + name + "_local', cityHash64("
                        + shardKey(name, plain) + "))");
            } else if (plain.contains("ADD COLUMN")) {
                expected = List.of(statements.get(0).replaceFirst("_local", ""));
            }

            assertThat(statements.subList(1, statements.size())).isEqualTo(expected);
        }
    }

    @Test
    @NeedsClickHouse
    void statements_ofReplicatedTables_areUnderstoodByTheServer() {
        Stream.concat(migrations(), OF_DELETES.stream())
                .flatMap(statement -> REPLICATED.statements(statement).stream())
                .map(LayoutTest::withoutComments)
                .forEach(statement -> assertThat(ClickHouseFixture.server().execute("EXPLAIN AST " + statement))
                        .isNotEmpty());
    }

    @Test
    void statements_ofOneServer_areThoseOfTheFileWithoutItsMarks() {
        assertThat(migrations().flatMap(statement -> ONE_SERVER.statements(statement).stream()))
                .containsExactlyElementsOf(
                        migrations().map(LayoutTest::withoutMarks).toList());
    }

    @Test
    void statements_whereCopiesAreWrittenByTheDistributedTable_needNoKeeper() {
        Layout layout = Layout.ofCluster("llmtrace", "main", 4, false);

        assertThat(layout.statements(
                        "CREATE TABLE IF NOT EXISTS spans{local}{on_cluster} (a UUID)\nENGINE = ReplacingMergeTree(a)"))
                .containsExactly(
                        "CREATE TABLE IF NOT EXISTS spans_local (a UUID)\nENGINE = ReplacingMergeTree(a)",
                        "CREATE TABLE IF NOT EXISTS spans AS spans_local"
                                + " ENGINE = Distributed('main', 'llmtrace', 'spans_local', cityHash64(trace_id))");
    }

    @Test
    void columnsThatAreAdded_areAddedToTheDistributedTable() {
        Layout layout = Layout.ofCluster("llmtrace", "main", 4, false);

        assertThat(layout.statements("ALTER TABLE spans{local}{on_cluster}\n    ADD COLUMN IF NOT EXISTS a UUID"))
                .containsExactly(
                        "ALTER TABLE spans_local\n    ADD COLUMN IF NOT EXISTS a UUID",
                        "ALTER TABLE spans\n    ADD COLUMN IF NOT EXISTS a UUID");
    }

    private static List<String> files() {
        return Migrations.FILES;
    }

    private static Stream<String> migrations() {
        return files().stream().flatMap(file -> Migrations.statements(file).stream());
    }

    private static String plain(String migration) {
        return withoutComments(withoutMarks(migration));
    }

    /** Returns the id of the trace if the table has it, else the column that the table is sorted by first. */
    private static String shardKey(String table, String statement) {
        if (DeclaredColumns.of(table).containsKey("trace_id")) {
            return "trace_id";
        }
        return FIRST_IN_ORDER
                .matcher(statement)
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
    }

    private static String withoutMarks(String statement) {
        return statement.replace("{local}", "").replace("{on_cluster}", "");
    }

    private static String withoutComments(String statement) {
        return statement.replaceAll("--[^\n]*", "").strip();
    }
}
