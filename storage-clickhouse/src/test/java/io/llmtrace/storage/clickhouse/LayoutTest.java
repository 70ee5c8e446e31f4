package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.testkit.NeedsClickHouse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The statements of a cluster whose tables replicate themselves, which needs a Keeper: they are looked at, but not run. */
class LayoutTest {

    private static final Layout REPLICATED = Layout.ofCluster("llmtrace", "main", 4, true);

    private static final List<String> OF_DELETES = List.of(
            "DELETE FROM spans{local}{on_cluster} WHERE version <= 1 SETTINGS lightweight_deletes_sync = 2",
            "ALTER TABLE spans{local}{on_cluster} APPLY DELETED MASK SETTINGS mutations_sync = 2",
            "CREATE VIEW IF NOT EXISTS schema_version_1{on_cluster} AS SELECT 1",
            "OPTIMIZE TABLE spans{local}{on_cluster} FINAL",
            "CREATE DATABASE IF NOT EXISTS `llmtrace`{on_cluster}");

    @Test
    void statements_ofReplicatedTables_areThoseOfTheSnapshot() throws IOException {
        String statements = String.join("\n\n", replicated()) + "\n";

        try (InputStream snapshot = LayoutTest.class.getResourceAsStream("replicated.sql")) {
            assertThat(statements).isEqualTo(new String(snapshot.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    @NeedsClickHouse
    void statements_ofReplicatedTables_areUnderstoodByTheServer() {
        for (String statement : replicated()) {
            assertThat(ClickHouseFixture.server().execute("EXPLAIN AST " + statement))
                    .isNotEmpty();
        }
    }

    @Test
    void statements_ofOneServer_areThoseOfTheFileWithoutItsMarks() {
        Layout layout = Layout.ofOneServer("llmtrace");

        List<String> statements = migrations()
                .flatMap(statement -> layout.statements(statement).stream())
                .toList();

        assertThat(statements)
                .hasSize((int) migrations().count())
                .noneMatch(statement -> statement.contains("{") || statement.contains("_local"));
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

    private static Stream<String> migrations() {
        return Stream.of("0001_initial.sql", "0002_analytics.sql", "0003_requested_actions.sql", "0004_retention.sql")
                .flatMap(file -> Migrations.statements(file).stream());
    }

    private static List<String> replicated() {
        return Stream.concat(migrations(), OF_DELETES.stream())
                .flatMap(statement -> REPLICATED.statements(statement).stream())
                .map(statement -> statement
                        .lines()
                        .filter(line -> !line.startsWith("--"))
                        .collect(Collectors.joining("\n"))
                        .strip())
                .toList();
    }
}
