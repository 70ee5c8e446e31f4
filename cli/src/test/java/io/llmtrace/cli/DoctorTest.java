package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.ingest.IngestConfig;
import io.llmtrace.json.TraceJson;
import io.llmtrace.server.LlmTraceServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {

    private static final String NO_PORTS = "doctor --port 0 --otlp-ports false";

    @TempDir
    Path folder;

    @Test
    void doctor_beforeAnythingIsStoredIsWell() {
        CliRun.Result result = new CliRun(folder).runLine(NO_PORTS);

        assertThat(result.code()).isZero();
        assertThat(result.out())
                .contains(
                        "ok    jdk ",
                        "ok    heap ",
                        "(max-request-memory)",
                        "ok    folder ",
                        "ok    disk ",
                        "ok    store ",
                        "is not there yet")
                .contains("port 0       any free one");
    }

    @Test
    void doctor_printsSettingsWithTheirOrigin() throws IOException {
        CliRun cli = new CliRun(folder);
        cli.variables.put("LLMTRACE_HOST", "localhost");
        Files.writeString(folder.resolve("llmtrace.yaml"), "log-level: debug\n");

        assertThat(cli.runLine(NO_PORTS).lines().stream().map(line -> line.replaceAll(" +", " ")))
                .contains(
                        "SETTING VALUE FROM",
                        "config " + folder.resolve("llmtrace.yaml") + " default",
                        "storage sqlite:" + folder.resolve("data/traces.db") + " LLMTRACE_DATA",
                        "host localhost LLMTRACE_HOST",
                        "port 0 --port",
                        "log-level debug " + folder.resolve("llmtrace.yaml"),
                        "insecure false default");
    }

    @Test
    void doctor_warnsOfADamagedSpoolOfTheServer() throws IOException {
        Path spool = Files.createDirectory(folder.resolve("spool"));
        Files.writeString(spool.resolve("00000000000000000001.spool"), "x".repeat(100));
        Files.createFile(spool.resolve("00000000000000000002.spool"));
        ServerConfig config = ServerConfig.builder()
                .port(0)
                .otlpPorts(List.of())
                .ingest(IngestConfig.builder().folder(folder).build())
                .build();
        try (TraceRepository repository = new InMemoryTraceRepository();
                LlmTraceServer server = LlmTraceServer.start(config, repository)) {
            CliRun.Result result = new CliRun(folder).runLine("doctor --server " + server.uri());

            assertThat(result.code()).isZero();
            assertThat(result.out())
                    .contains("warn  server ", "spool_damage " + spool.resolve("00000000000000000001.spool"));
        }
    }

    @Test
    void doctor_neverPrintsAPassword() {
        for (String user : new String[] {"me:secret", "me:s@secret", "me:s/secret", "secret"}) {
            CliRun cli = new CliRun(folder);
            cli.variables.put("LLMTRACE_STORAGE", "clickhouse://" + user + "@127.0.0.1:1/db?password=hush");

            CliRun.Result result = cli.runLine(NO_PORTS);

            assertThat(result.out()).contains("clickhouse://***@127.0.0.1:1/db?password=***");
            assertThat(result.out() + result.err()).doesNotContain("secret", "hush");
        }
    }

    @Test
    void doctor_warnsOfAMisspeltVariable() {
        CliRun cli = new CliRun(folder);
        cli.variables.put("LLMTRACE_STROAGE", "x");

        CliRun.Result result = cli.runLine(NO_PORTS);

        assertThat(result.code()).isZero();
        assertThat(result.out())
                .contains("warn  variable     LLMTRACE_STROAGE is set, but llmtrace has no such setting");
    }

    @Test
    void doctor_saysWhoWrites() {
        String url = Fixture.storeOf(folder.resolve("t.db"), Fixture.chat());

        assertThat(new CliRun(folder).runLine(NO_PORTS + " --storage " + url).out())
                .contains("ok    lock         no process has it open for writing", "schema_version");
        try (TraceRepository writer = TraceRepositories.open(url)) {
            assertThat(writer.check()).isNotNull();
            assertThat(new CliRun(folder)
                            .runLine(NO_PORTS + " --storage " + url)
                            .out())
                    .contains("process " + ProcessHandle.current().pid() + " has it open for writing");
        }
    }

    @Test
    void doctor_saysWhoWritesToTheFileThatALinkNames() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        String url = Fixture.storeOf(elsewhere.resolve("t.db"), Fixture.chat());
        Path link = Files.createSymbolicLink(folder.resolve("link.db"), elsewhere.resolve("t.db"));

        try (TraceRepository writer = TraceRepositories.open(url)) {
            assertThat(writer.check()).isNotNull();
            assertThat(new CliRun(folder)
                            .runLine(NO_PORTS + " --storage sqlite:" + link)
                            .out())
                    .contains("process " + ProcessHandle.current().pid() + " has it open for writing");
        }
    }

    @Test
    void doctor_failsOnAFileThatIsNoStore() throws IOException {
        Path file = Files.write(folder.resolve("t.db"), new byte[8192]);
        Files.writeString(file, "garbage, not a database at all".repeat(300));

        CliRun.Result result = new CliRun(folder).runLine(NO_PORTS + " --storage sqlite:" + file);

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.out()).contains("fail  store ");
    }

    @Test
    void doctor_failsOnAPortThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();

            CliRun.Result result = new CliRun(folder).runLine("doctor --otlp-ports false --port " + port);

            assertThat(result.code()).isEqualTo(ExitCode.FAILED);
            assertThat(result.out())
                    .containsPattern("fail  port " + port + " +taken by another program")
                    .contains("choose another with --port");
        }
    }

    @Test
    void doctor_jsonHasSettingsAndChecks() {
        CliRun.Result result = new CliRun(folder).runLine(NO_PORTS + " --json");

        JsonNode report = TraceJson.readTree(result.out().getBytes(StandardCharsets.UTF_8));
        assertThat(report.path("settings"))
                .anyMatch(s -> s.path("key").asText().equals("otlp-ports")
                        && s.path("value").asText().equals("false")
                        && s.path("origin").asText().equals("--otlp-ports"));
        assertThat(report.path("checks"))
                .isNotEmpty()
                .allMatch(check -> check.path("result").asText().equals("ok"));
    }

    @Test
    void doctor_saysWhatRequestMemoryIsInForce() {
        CliRun cli = new CliRun(folder);
        cli.variables.put("LLMTRACE_MAX_REQUEST_MEMORY", "48MiB");

        assertThat(cli.runLine(NO_PORTS).out())
                .contains("request bodies may take 48.0 MiB (max-request-memory)")
                .containsPattern("max-request-memory +48MiB +LLMTRACE_MAX_REQUEST_MEMORY");
    }

    @Test
    void doctor_warnsOfSettingsThatLetEverybodyIn() {
        CliRun.Result narrow = new CliRun(folder)
                .runLine(NO_PORTS + " --public-url https://example.com/llmtrace --trusted-proxies 127.0.0.1"
                        + " --allowed-hosts traces.internal --allowed-origins https://app.example.com");
        CliRun.Result wide =
                new CliRun(folder).runLine(NO_PORTS + " --trusted-proxies 10.0.0.0/8,0.0.0.0/0 --allowed-origins *");

        assertThat(narrow.out())
                .containsPattern("public-url +https://example.com/llmtrace +--public-url")
                .containsPattern("trusted-proxies +127.0.0.1 +--trusted-proxies")
                .containsPattern("allowed-hosts +traces.internal +--allowed-hosts")
                .containsPattern("allowed-origins +https://app.example.com +--allowed-origins")
                .doesNotContain("warn  proxies", "warn  origins");
        assertThat(wide.code()).isZero();
        assertThat(wide.out())
                .containsPattern("warn  proxies +trusted-proxies 10.0.0.0/8,0.0.0.0/0 lets every client say")
                .containsPattern("warn  origins +allowed-origins \\* lets every page");
    }

    @Test
    void doctor_changesNothing() throws IOException {
        new CliRun(folder).runLine(NO_PORTS);

        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }
}
