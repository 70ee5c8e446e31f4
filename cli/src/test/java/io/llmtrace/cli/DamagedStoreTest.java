package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.server.LlmTraceServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a SQLite file in which a page was overwritten: most pages hold the bodies of spans. */
class DamagedStoreTest {

    private static final int TRACES = 100;
    private static final int DAMAGED_PAGE = 150;
    private static final int PAGE = 4096;

    @TempDir
    Path folder;

    private String url = "";

    @BeforeEach
    void damage() throws IOException {
        Path file = folder.resolve("t.db");
        url = "sqlite:" + file;
        Random random = new Random(5);
        try (TraceRepository repository = TraceRepositories.open(url)) {
            for (int i = 0; i < TRACES; i++) {
                byte[] noise = new byte[10_000];
                random.nextBytes(noise);
                repository.storeSpan(TraceSpan.builder(
                                Fixture.TENANT, new UUID(1, i), new UUID(2, i), "chat", Instant.ofEpochSecond(i))
                        .prompt(HexFormat.of().formatHex(noise))
                        .build());
            }
        }
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek((long) DAMAGED_PAGE * PAGE);
            bytes.write(new byte[PAGE]);
        }
    }

    @Test
    void export_namesTheTracesThatItLeavesOut_andWhatItWritesCanBeImported() {
        CliRun cli = new CliRun(folder);
        CliRun.Result toFile = cli.runLine("export --storage " + url + " --output saved.ndjson");

        assertThat(toFile.code()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(toFile.err())
                .contains("exported 99 traces with 99 spans to saved.ndjson", "left out 1 trace that cannot be read: ")
                .contains("00000000-0000-0001-0000-", "t.db is damaged");
        assertThat(folder.resolve("saved.ndjson")).exists();
        String other = " --storage sqlite:" + folder.resolve("new.db");
        assertThat(cli.runLine("import saved.ndjson" + other).code()).isZero();
        assertThat(cli.runLine("export" + other).lines()).hasSize(TRACES - 1);
    }

    /** Spans of noise, so that each is in a block of its own, of which one is overwritten. */
    private String storeOfOneTrace(UUID trace, int spans, int damaged) throws SQLException {
        Path file = folder.resolve("one.db");
        Random random = new Random(6);
        try (TraceRepository repository = TraceRepositories.open("sqlite:" + file)) {
            for (int i = 0; i < spans; i++) {
                byte[] noise = new byte[50_000];
                random.nextBytes(noise);
                repository.storeSpan(TraceSpan.builder(
                                Fixture.TENANT, trace, new UUID(0, i + 1), "span " + i, Instant.ofEpochSecond(i))
                        .prompt(HexFormat.of().formatHex(noise))
                        .build());
            }
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE blocks SET data = x'00' WHERE id = (SELECT block FROM spans WHERE start_time = "
                    + damaged + "000000000)");
        }
        return "sqlite:" + file;
    }

    @Test
    void traceWithADamagedSpan_isExportedAndShownWithoutIt_andImportSaysSo() throws Exception {
        UUID trace = new UUID(7, 7);
        String one = storeOfOneTrace(trace, 5, 4);
        String lost = "0000000000000005 of trace " + trace;
        CliRun cli = new CliRun(folder);

        CliRun.Result local = cli.runLine("export --storage " + one);
        assertThat(local.code()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(local.err()).contains("left out 1 span that cannot be read: " + lost + "\n", "one.db is damaged");
        assertThat(local.lines()).hasSize(1);
        assertThat(local.out()).contains("span 3").doesNotContain("span 4");
        CliRun.Result spans = cli.runLine("export --spans --storage " + one);
        assertThat(spans.code()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(spans.err()).contains("left out 1 span that cannot be read: " + lost + "\n", "one.db is damaged");
        assertThat(spans.lines()).hasSize(4);
        CliRun.Result shown = cli.runLine("show " + trace + " --storage " + one);
        assertThat(shown.code()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(shown.out()).contains("span 3").doesNotContain("span 4");
        assertThat(shown.err()).contains("left out 1 span that cannot be read: " + lost + "\n", "one.db is damaged");

        ServerConfig config =
                ServerConfig.builder().port(0).otlpPorts(List.of()).build();
        String answer;
        try (TraceRepository repository = TraceRepositories.open(one);
                LlmTraceServer server = LlmTraceServer.start(config, repository)) {
            assertThat(cli.runLine("export --server " + server.uri())).isEqualTo(local);
            assertThat(cli.runLine("show " + trace + " --server " + server.uri()))
                    .isEqualTo(shown);
            answer = get(server.uri() + "/api/v1/export");
            assertThat(get(server.uri() + "/api/v1/traces/" + trace))
                    .contains("span 3", "\"left_out\":{\"spans\":1,\"span_ids\":[\"0000000000000005\"],\"reason\":\"")
                    .doesNotContain("span 4");
        }
        assertThat(answer)
                .contains("{\"left_out\":0,\"trace_ids\":[],\"reason\":\"")
                .endsWith("\"left_out_spans\":1,\"span_ids\":[{\"trace_id\":\"" + trace
                        + "\",\"span_id\":\"0000000000000005\"}]}\n");

        Files.writeString(folder.resolve("saved.ndjson"), answer);
        String other = " --storage sqlite:" + folder.resolve("new.db");
        CliRun.Result imported = cli.runLine("import saved.ndjson" + other);
        assertThat(imported.code()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(imported.out()).isEqualTo("imported 1 trace with 4 spans\n");
        assertThat(imported.err())
                .contains("saved.ndjson:2: ", "the export left out 1 span that cannot be read: " + lost + "; ")
                .doesNotContain("rejected");
        assertThat(cli.runLine("show " + trace + other).code()).isZero();
    }

    private static String get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void exportFromAServer_isTheSame() {
        CliRun cli = new CliRun(folder);
        CliRun.Result local = cli.runLine("export --storage " + url);
        assertThat(local.code()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(local.lines()).hasSize(TRACES - 1);
        ServerConfig config =
                ServerConfig.builder().port(0).otlpPorts(List.of()).build();
        try (TraceRepository repository = TraceRepositories.open(url);
                LlmTraceServer server = LlmTraceServer.start(config, repository)) {
            assertThat(cli.runLine("export --server " + server.uri())).isEqualTo(local);
            // The answer may be of a check before the export.
            await().untilAsserted(() -> assertThat(
                            cli.runLine("doctor --server " + server.uri()).out())
                    .contains("warn  server ", "t.db is damaged"));
        }
    }

    @Test
    void doctor_findsDamagedPages_andSaysWhatToDo() {
        String doctor = "doctor --port 0 --otlp-ports false --storage ";
        CliRun cli = new CliRun(folder);
        CliRun.Result damaged = cli.runLine(doctor + url);
        assertThat(damaged.code()).isEqualTo(ExitCode.FAILED);
        assertThat(damaged.out())
                .contains("fail  integrity ", "is damaged (", "llmtrace export", "llmtrace import", "into a new one");

        TraceRepositories.open("sqlite:" + folder.resolve("other.db")).close();
        assertThat(cli.runLine(doctor + "sqlite:" + folder.resolve("other.db")).out())
                .contains("ok    integrity    no damage found");
    }
}
