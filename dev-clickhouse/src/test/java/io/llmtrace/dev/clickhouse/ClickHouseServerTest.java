package io.llmtrace.dev.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.dev.clickhouse.internal.server.Endpoint;
import io.llmtrace.testkit.NeedsClickHouse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests that share one server, since they do not change it. */
@NeedsClickHouse
@Timeout(180)
class ClickHouseServerTest {

    /** Long enough for a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static ClickHouseServer server;

    @BeforeAll
    static void start() {
        server = ClickHouseServer.start(ClickHouseServerOptions.builder()
                .ownProcess()
                .memoryLimitBytes(1_000_000_000)
                .configXml("<clickhouse><macros><shard>07</shard></macros></clickhouse>")
                .usersXml("""
                        <clickhouse>
                          <profiles><reading><readonly>1</readonly></reading></profiles>
                          <users><reader>
                            <password>look</password><networks><ip>127.0.0.1</ip></networks>
                            <profile>reading</profile><quota>default</quota>
                          </reader></users>
                        </clickhouse>""")
                .build());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Endpoint as(String user, String password) {
        return new Endpoint(server.host(), server.httpPort(), user, password);
    }

    @Test
    void execute_answersAsText() {
        assertThat(server.execute("SELECT 1, 'two'")).isEqualTo("1\ttwo\n");
        assertThat(server.execute("CREATE DATABASE answers")).isEmpty();
        assertThat(server.execute("SELECT timezone()")).isEqualTo("UTC\n");
        assertThat(server.isExternal()).isFalse();
        assertThat(server.url("db"))
                .isEqualTo("clickhouse://llmtrace:" + server.password() + "@127.0.0.1:" + server.httpPort() + "/db");
        assertThat(server).hasToString("clickhouse://llmtrace@127.0.0.1:" + server.httpPort());
    }

    @Test
    void execute_refusedStatementThrowsWithCodeAndMessageOfTheServer() {
        assertThatExceptionOfType(ClickHouseQueryException.class)
                .isThrownBy(() -> server.execute("SELECT * FROM no_such_table"))
                .withMessageContaining("Unknown table expression identifier 'no_such_table'")
                .satisfies(e -> assertThat(e.code()).isEqualTo(60));
    }

    @Test
    void execute_errorThatComesLateThrowsAsWell() {
        assertThatThrownBy(() -> server.execute("SELECT throwIf(number = 3000000) FROM numbers(4000000)"))
                .isInstanceOf(ClickHouseQueryException.class)
                .hasMessageContaining("Code: 395");
    }

    @Test
    void wrongPassword_isRefusedOnBothPortsAndTheServerLivesOn() {
        assertThatExceptionOfType(ClickHouseQueryException.class)
                .isThrownBy(() -> as("llmtrace", "wrong").execute("SELECT 1"))
                .satisfies(e -> assertThat(e.code()).isEqualTo(516));
        assertThat(NativeClient.hello(server, "llmtrace", "wrong")).contains("Authentication failed");

        assertThat(NativeClient.hello(server, "llmtrace", server.password()))
                .startsWith("\0")
                .contains("ClickHouse");
        assertThat(server.execute("SELECT 1")).isEqualTo("1\n");
    }

    @Test
    void garbage_onBothPortsLeavesTheServerAlive() {
        byte[] garbage = new byte[5_000];
        new Random(1).nextBytes(garbage);
        for (int port : new int[] {server.httpPort(), server.nativePort()}) {
            for (int i = 0; i < 3; i++) {
                assertThat(NativeClient.send(port, garbage)).isNotNull();
            }
            assertThat(NativeClient.send(port, "GET / HTTP/9\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
                    .isNotNull();
        }
        long pid = server.pid();

        assertThat(server.execute("SELECT 1")).isEqualTo("1\n");
        assertThat(server.pid()).isEqualTo(pid);
        assertThat(server.isRunning()).isTrue();
    }

    @Test
    void defaultUser_getsToNothing() {
        server.execute("CREATE TABLE hidden (x Int32) ORDER BY x");

        for (String statement : new String[] {
            "SELECT * FROM hidden",
            "INSERT INTO hidden VALUES (1)",
            "DROP TABLE hidden",
            "SELECT * FROM file('/etc/passwd')"
        }) {
            assertThatExceptionOfType(ClickHouseQueryException.class)
                    .as(statement)
                    .isThrownBy(() -> as("default", "").execute(statement))
                    .satisfies(e -> assertThat(e.code()).isIn(201, 516));
        }
        assertThat(server.execute("SELECT count() FROM hidden")).isEqualTo("0\n");
    }

    @Test
    void configXml_isMergedIntoTheConfiguration() {
        assertThat(server.execute("SELECT getMacro('shard')")).isEqualTo("07\n");
    }

    @Test
    void usersXml_addsUsers() {
        assertThat(as("reader", "look").execute("SELECT currentUser()")).isEqualTo("reader\n");
        assertThatExceptionOfType(ClickHouseQueryException.class)
                .isThrownBy(() -> as("reader", "look").execute("CREATE DATABASE mine"))
                .satisfies(e -> assertThat(e.code()).isEqualTo(164));
    }

    @Test
    void memoryLimit_endsQueriesBeyondIt() {
        assertThatExceptionOfType(ClickHouseQueryException.class)
                .isThrownBy(() -> server.execute(
                        "SELECT length(groupArray(toString(number) || repeat('x', 100))) FROM numbers(100000000)"))
                .satisfies(e -> assertThat(e.code()).isEqualTo(241));
        assertThat(server.execute("SELECT 1")).isEqualTo("1\n");
    }

    @Test
    void queryLogAndPartLog_areFilledWhenFlushed() {
        server.execute("CREATE TABLE logged (x Int32) ORDER BY x");
        server.execute("INSERT INTO logged VALUES (1)");
        server.execute("SYSTEM FLUSH LOGS");

        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions() // a log's table is made with its first entry
                .untilAsserted(() -> assertThat(server.execute("SELECT countIf(event_type = 'NewPart') > 0,"
                                + " (SELECT count() > 0 FROM system.query_log WHERE query LIKE 'INSERT INTO logged%')"
                                + " FROM system.part_log WHERE table = 'logged'"))
                        .isEqualTo("1\t1\n"));
    }

    @Test
    void log_hasWhatTheServerSaid() {
        assertThat(server.log()).contains("ClickHouse").doesNotContain("\u001b");
    }

    @Test
    void folder_isForItsOwnerOnly() throws Exception {
        assertThat(Files.getPosixFilePermissions(server.folder().resolve("users.xml")))
                .extracting(Enum::name)
                .containsExactlyInAnyOrder("OWNER_READ", "OWNER_WRITE");
    }
}
