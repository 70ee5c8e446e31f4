package io.llmtrace.dev.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.testkit.NeedsClickHouse;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NeedsClickHouse
@Timeout(180)
class ClickHouseClusterTest {

    /** Long enough for a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static ClickHouseCluster cluster;

    @BeforeAll
    static void start() {
        cluster = ClickHouseCluster.start(2, 2);
    }

    @AfterAll
    static void stop() {
        List<Long> pids = cluster.nodes().stream().map(ClickHouseServer::pid).toList();
        cluster.close();
        assertThat(pids).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
    }

    private static void createTables(String name) {
        cluster.executeOnAll("CREATE TABLE " + name + "_local (x Int32) ORDER BY x");
        cluster.executeOnAll("CREATE TABLE " + name + " AS " + name + "_local ENGINE = Distributed(" + cluster.name()
                + ", default, " + name + "_local, x)");
    }

    private static List<String> onEachNode(String sql) {
        return cluster.nodes().stream().map(node -> node.execute(sql).strip()).toList();
    }

    @Test
    void url_namesAllNodes() {
        String hosts = cluster.nodes().stream()
                .map(node -> "127.0.0.1:" + node.httpPort())
                .collect(Collectors.joining(","));

        assertThat(cluster.url("db"))
                .isEqualTo("clickhouse://llmtrace:" + cluster.nodes().get(0).password() + "@" + hosts
                        + "/db?cluster=llmtrace");
        assertThat(onEachNode("SELECT concat(getMacro('shard'), getMacro('replica'))"))
                .containsExactly("01r1", "01r2", "02r1", "02r2");
    }

    @Test
    void insert_isSpreadOverShardsAndWrittenToAllCopies() {
        createTables("spread");

        cluster.nodes()
                .get(0)
                .execute(
                        "INSERT INTO spread SETTINGS distributed_foreground_insert = 1 SELECT number FROM numbers(10)");

        assertThat(onEachNode("SELECT groupArray(x) FROM (SELECT x FROM spread_local ORDER BY x)"))
                .containsExactly("[0,2,4,6,8]", "[0,2,4,6,8]", "[1,3,5,7,9]", "[1,3,5,7,9]");
        assertThat(onEachNode("SELECT count() FROM spread")).containsOnly("10");
    }

    @Test
    void backgroundInsert_reachesACopyThatWasDown() {
        createTables("later");
        ClickHouseServer down = cluster.nodes().get(3);
        down.kill();

        cluster.nodes().get(0).execute("INSERT INTO later SELECT number FROM numbers(10)");
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(cluster.nodes().get(2).execute("SELECT count() FROM later_local"))
                        .isEqualTo("5\n"));
        assertThatThrownBy(() -> down.execute("SELECT 1")).isInstanceOf(ClickHouseQueryException.class);
        down.restart();

        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(down.execute("SELECT count() FROM later_local"))
                        .isEqualTo("5\n"));
    }

    @Test
    void start_withoutNodesIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClickHouseCluster.start(0, 2))
                .withMessage("shards <= 0 || replicas <= 0: 0, 2");
    }
}
