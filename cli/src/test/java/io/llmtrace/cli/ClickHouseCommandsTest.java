package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.dev.clickhouse.ClickHouseServerOptions;
import io.llmtrace.testkit.NeedsClickHouse;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the commands on a real ClickHouse server. Each test has its own database. */
@NeedsClickHouse
@Timeout(180)
class ClickHouseCommandsTest {

    /** Runs a server on a thread of its own, since it would block a thread of the common pool until the test ends. */
    private static final Executor IN_ITS_OWN_THREAD = serving -> new Thread(serving, "serve").start();

    private static final Pattern READY =
            Pattern.compile("llmtrace listens on (http://127\\.0\\.0\\.1:\\d+); traces go to (.*)");

    private static final Pattern XML = Pattern.compile("```xml\n(.*?)```", Pattern.DOTALL);

    private static ClickHouseServer server;

    @TempDir
    Path folder;

    private final String database = "cli_" + UUID.randomUUID().toString().replace('-', '_');
    private final String storage = " --storage " + server.url(database);

    @BeforeAll
    static void start() {
        server = ClickHouseServer.start();
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @AfterEach
    void clear() {
        server.execute("DROP DATABASE IF EXISTS " + database + " SYNC");
    }

    private CliRun.Result run(String line) {
        return new CliRun(folder).runLine(line);
    }

    private String shownUrl() {
        return "clickhouse://***@" + server.host() + ":" + server.httpPort() + "/" + database;
    }

    @Test
    void commands_readWhatWasImportedAndDeleteIt() {
        String exported = run("export --storage "
                        + Fixture.storeOf(folder.resolve("t.db"), Fixture.agent(), Fixture.chat(), Fixture.empty()))
                .out();
        CliRun cli = new CliRun(folder);
        cli.input = exported;

        assertThat(cli.runLine("import -" + storage).out()).isEqualTo("imported 3 traces with 4 spans\n");
        assertThat(run("export" + storage).out()).isEqualTo(exported);
        assertThat(run("query --status error --text order" + storage).lines())
                .hasSize(2)
                .last()
                .asString()
                .contains(Fixture.AGENT_ID);
        assertThat(run("show " + Fixture.AGENT_ID + storage).out())
                .contains("support-agent", "chat gpt-4o", "order service timed out");
        assertThat(run("stats" + storage).lines()).contains("traces        3", "spans         4");
        assertThat(run("stats --all-tenants" + storage).lines()).contains("traces        3", "spans         4");
        assertThat(run("delete --yes --trace " + Fixture.AGENT_ID + storage).out())
                .isEqualTo("deleted 1 trace from " + shownUrl() + "\n");
        assertThat(run("show " + Fixture.AGENT_ID + storage).code()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(run("delete --yes --before 2026-02-01" + storage).out())
                .isEqualTo("deleted 2 traces from " + shownUrl() + "\n");
        assertThat(run("stats" + storage).lines()).contains("traces        0", "spans         0");
    }

    @Test
    void demo_storesAndVerifiesInAnEmptyStoreOnly() {
        CliRun.Result first = run("demo --exit --port 0 --traces 60" + storage);

        assertThat(first.err()).isEmpty();
        assertThat(first.code()).isZero();
        assertThat(first.out())
                .startsWith("store     " + shownUrl() + ", empty until now\n")
                .contains("verified  every span came back over REST equal to what was sent")
                .contains("stored    60 traces, ", "Try next, each with the same --storage:\n")
                .contains("  ./llmtrace stats\n")
                .doesNotContain(server.password());

        CliRun.Result second = run("demo --exit --port 0 --traces 60" + storage);
        assertThat(second.code()).isEqualTo(ExitCode.FAILED);
        assertThat(second.err())
                .startsWith("llmtrace: " + shownUrl() + " has traces already (60), which the demo does not delete");
        assertThat(run("stats" + storage).lines()).contains("traces        60");
    }

    @Test
    void doctorAndMigrate_sayWhichServerAndSchema() {
        assertThat(run("migrate" + storage).out())
                .matches(Pattern.quote(shownUrl()) + " has schema version \\d+, the newest\n");

        CliRun.Result doctor = run("doctor --port 0 --otlp-ports false" + storage);

        assertThat(doctor.code()).isZero();
        assertThat(doctor.out())
                .containsPattern(
                        "ok    store +" + Pattern.quote(shownUrl()) + ": reads and writes \\(backend clickhouse, .*"
                                + "server_version \\d+\\.\\d+.*, schema_version \\d+, deletes_pending 0, text_index_pending 0\\)")
                .doesNotContain(server.password(), "ok    disk", "ok    lock", "ok    folder");
    }

    @Test
    void wrongPassword_isNotShownAndNamesTheUser() {
        String url = server.url(database).replace(server.password(), "wr%2Fong-secret");

        for (String command :
                new String[] {"doctor --port 0 --otlp-ports false", "query", "serve --port 0", "migrate"}) {
            CliRun.Result result = run(command + " --storage " + url);

            assertThat(result.code()).as(command).isEqualTo(ExitCode.FAILED);
            assertThat(result.out() + result.err())
                    .as(command)
                    .contains("the server refuses user 'llmtrace': check user and password of the storage URL")
                    .doesNotContain("ong-secret");
        }
    }

    /** Takes the user and the settings from the guide, and replaces only the password and the folder for backups. */
    @Test
    void guide_itsUserMayDoAllThatCommandsDo() throws IOException {
        String guide = Files.readString(Path.of("../docs/clickhouse.md"));
        List<String> documents =
                XML.matcher(guide).results().map(match -> match.group(1)).toList();
        assertThat(documents).hasSize(3); // the third is for a cluster
        ClickHouseServerOptions options = ClickHouseServerOptions.builder()
                .usersXml(documents.get(0).replace("PASSWORD_SHA256_HEX", sha256("s3cret")))
                .configXml(documents.get(1))
                .build();
        try (ClickHouseServer guarded = ClickHouseServer.start(options)) {
            String guardedUrl =
                    "clickhouse://llmtrace_server:s3cret@" + guarded.host() + ":" + guarded.httpPort() + "/llmtrace";
            String guardedStorage = " --storage " + guardedUrl;

            assertThat(run("migrate" + guardedStorage).err()).isEmpty();
            assertThat(run("doctor --port 0 --otlp-ports false" + guardedStorage)
                            .out())
                    .contains("reads and writes");
            assertThat(run("demo --exit --port 0 --traces 60" + guardedStorage).err())
                    .isEmpty();
            assertThat(run("query --text the --limit 5" + guardedStorage).code())
                    .isZero();
            assertThat(run("stats" + guardedStorage).out()).contains("traces        60");
            assertThat(run("stats --all-tenants" + guardedStorage).code()).isZero();
            assertThat(run("delete --yes --before 0m" + guardedStorage).out()).startsWith("deleted 60 traces");
            assertThat(run("stats --storage " + guardedUrl + "_other").err())
                    .contains("user 'llmtrace_server' may not do this");
        }
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void serve_runsOnClickHouse() throws IOException, InterruptedException {
        CliRun serving = new CliRun(folder);
        CompletableFuture<CliRun.Result> end = CompletableFuture.supplyAsync(
                () -> serving.runLine("serve --port 0 --otlp-ports false" + storage), IN_ITS_OWN_THREAD);
        Matcher ready = awaitReady(serving, end);
        assertThat(ready.group(2)).isEqualTo(shownUrl());

        HttpResponse<String> health = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(ready.group(1) + "/health"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body())
                .contains("\"status\":\"ok\"", "\"backend\":\"clickhouse\"", "/" + database + "\"")
                .doesNotContain(server.password());
        CliRun client = new CliRun(folder);
        client.input = "{\"trace_id\":\"" + Fixture.CHAT_ID + "\",\"created_at\":\"2026-01-31T09:30:00Z\"}";
        assertThat(client.runLine("import - --server " + ready.group(1)).code()).isZero();
        serving.stop.request();

        CliRun.Result ended = end.join();
        assertThat(ended.code()).isZero();
        assertThat(ended.out() + ended.err()).doesNotContain(server.password());
        assertThat(run("stats" + storage).lines()).contains("traces        1");
    }

    @Test
    void serve_clientGoesAway_endsItsQueryOnClickHouse() throws IOException {
        CliRun serving = new CliRun(folder);
        CompletableFuture<CliRun.Result> end = CompletableFuture.supplyAsync(
                () -> serving.runLine("serve --port 0 --otlp-ports false" + storage + "?query_timeout_ms=3600000"),
                IN_ITS_OWN_THREAD);
        URI uri = URI.create(awaitReady(serving, end).group(1));
        CliRun client = new CliRun(folder);
        client.input = run("export --storage " + Fixture.storeOf(folder.resolve("t.db"), Fixture.chat()))
                .out();
        assertThat(client.runLine("import - --server " + uri).code()).isZero();
        server.execute("RENAME TABLE " + database + ".spans TO " + database + ".few_spans");
        server.execute("CREATE VIEW " + database + ".spans AS SELECT few_spans.* FROM " + database
                + ".few_spans CROSS JOIN system.numbers");

        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.getOutputStream()
                    .write("GET /api/v1/analytics/timeline HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            awaitStatements(1);
        }

        awaitStatements(0);
        serving.stop.request();
        assertThat(end.join().code()).isZero();
    }

    /** Waits until this many statements run on the database of this test. */
    private void awaitStatements(int count) {
        String sql = "SELECT count() FROM system.processes WHERE current_database = '" + database + "'";
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> server.execute(sql).strip().equals(Integer.toString(count)));
    }

    private static Matcher awaitReady(CliRun serving, CompletableFuture<CliRun.Result> end) {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> ready(serving, end), Matcher::find);
    }

    private static Matcher ready(CliRun serving, CompletableFuture<CliRun.Result> end) {
        assertThat(end.isDone()).as(serving::err).isFalse();
        return READY.matcher(serving.out());
    }
}
