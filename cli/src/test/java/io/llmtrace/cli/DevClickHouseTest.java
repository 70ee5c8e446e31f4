package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.testkit.NeedsClickHouse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DevClickHouseTest {

    private static final Pattern URL = Pattern.compile(
            "storage   (clickhouse://(llmtrace:[0-9a-f]{32})@(127\\.0\\.0\\.1:\\d+)(,[0-9.:,]+)?/llmtrace(\\?cluster=llmtrace)?)\n");

    @TempDir
    Path folder;

    private record Serving(CliRun cli, CompletableFuture<CliRun.Result> result, Matcher url) {
        String query(String sql) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + url.group(3)))
                    .header(
                            "Authorization",
                            "Basic "
                                    + Base64.getEncoder()
                                            .encodeToString(url.group(2).getBytes()))
                    .POST(HttpRequest.BodyPublishers.ofString(sql))
                    .build();
            return HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body();
        }

        CliRun.Result end() {
            cli.stop.request();
            return result.join();
        }
    }

    private Serving serve(String line) {
        CliRun cli = new CliRun(folder);
        cli.variables.putAll(System.getenv());
        CompletableFuture<CliRun.Result> result = CompletableFuture.supplyAsync(() -> cli.runLine(line));
        Matcher url =
                Awaitility.await().atMost(Duration.ofSeconds(100)).until(() -> matcher(cli, result), Matcher::find);
        return new Serving(cli, result, url);
    }

    private static Matcher matcher(CliRun cli, CompletableFuture<CliRun.Result> result) {
        assertThat(result.isDone()).as(cli::err).isFalse();
        return URL.matcher(cli.out());
    }

    @Test
    @NeedsClickHouse
    void devClickHouse_keepsDataInTheGivenFolder() throws Exception {
        Serving first = serve("dev clickhouse --data ch --port 0");
        assertThat(first.query("CREATE TABLE llmtrace.t (x Int32) ORDER BY x")).isEmpty();
        assertThat(first.query("INSERT INTO llmtrace.t VALUES (7)")).isEmpty();

        CliRun.Result ended = first.end();

        assertThat(ended.code()).isZero();
        assertThat(ended.out())
                .startsWith("ClickHouse ")
                .contains(" runs on 127.0.0.1, for development only; press Ctrl-C to stop it\n")
                .contains("data      " + folder.resolve("ch") + "\n")
                .contains("  ./llmtrace serve --storage '" + first.url().group(1) + "'\n");
        Serving second = serve("dev clickhouse --data ch --port 0");
        assertThat(second.query("SELECT x FROM llmtrace.t")).isEqualTo("7\n");
        assertThat(second.url().group(2)).isEqualTo(first.url().group(2));
        assertThat(second.end().code()).isZero();
    }

    @Test
    @NeedsClickHouse
    void devClickHouse_cluster() throws Exception {
        Serving cluster = serve("dev clickhouse --cluster --port 0");

        assertThat(cluster.url().group(1).split(",")).hasSize(4);
        assertThat(cluster.query("SELECT count() FROM system.clusters WHERE cluster = 'llmtrace'"))
                .isEqualTo("4\n");
        assertThat(cluster.end().code()).isZero();
    }

    @Test
    @NeedsClickHouse
    void devClickHouse_endsWithAMessageWhenItsServerDies() throws Exception {
        Serving serving = serve("dev clickhouse --data ch --port 0");
        String marker = folder.resolve("ch").toString();

        ProcessHandle.current()
                .children()
                .filter(child -> child.info().commandLine().orElse("").contains(marker))
                .forEach(ProcessHandle::destroyForcibly);

        CliRun.Result ended = serving.result().get(60, TimeUnit.SECONDS);
        assertThat(ended.code()).isEqualTo(ExitCode.FAILED);
        assertThat(ended.err())
                .startsWith("llmtrace: the server in " + marker + " ended by itself; its log ends with:\n");
    }

    @Test
    void devClickHouse_onATakenPortSaysWhichAndWhatToDo() throws IOException {
        CliRun cli = new CliRun(folder);
        Path binary = Files.createFile(folder.resolve("clickhouse"));
        assertThat(binary.toFile().setExecutable(true)).isTrue();
        cli.variables.put("LLMTRACE_CLICKHOUSE_BINARY", binary.toString());
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            CliRun.Result result = cli.runLine("dev clickhouse --port " + taken.getLocalPort());

            assertThat(result.code()).isEqualTo(ExitCode.FAILED);
            assertThat(result.err())
                    .startsWith("llmtrace: httpPort " + taken.getLocalPort() + " is in use by another program");
        }
    }

    @Test
    void devClickHouse_withoutAnyClickHouseSaysWhatToInstall() {
        CliRun cli = new CliRun(folder);
        cli.variables.putAll(Map.of("XDG_CACHE_HOME", folder.toString(), "PATH", folder.toString()));
        cli.variables.put("LLMTRACE_CLICKHOUSE_BINARY", "/no/such");

        CliRun.Result result = cli.runLine("dev clickhouse");

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err())
                .isEqualTo("llmtrace: LLMTRACE_CLICKHOUSE_BINARY=/no/such is not a file that can be run:"
                        + " correct it or unset it\n");
    }

    @Test
    void devClickHouse_wrongPortIsWrongUsage() {
        CliRun.Result result = new CliRun(folder).runLine("dev clickhouse --port 70000");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err())
                .isEqualTo("llmtrace: port not in [0, 65535]: 70000\nTry 'llmtrace dev clickhouse --help'.\n");
    }

    @Test
    void dev_withoutCommandIsWrongUsage() {
        CliRun.Result result = new CliRun(folder).runLine("dev");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("Missing required subcommand", "Try 'llmtrace dev --help'.");
    }
}
