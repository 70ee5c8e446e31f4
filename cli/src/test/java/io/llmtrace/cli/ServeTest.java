package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServeTest {

    private static final Pattern READY =
            Pattern.compile("llmtrace listens on (http://127\\.0\\.0\\.1:\\d+); traces go to (.*)");

    @TempDir
    Path folder;

    @Test
    void serve_runsUntilToldToEnd() {
        CliRun server = new CliRun(folder);
        CompletableFuture<CliRun.Result> serving =
                CompletableFuture.supplyAsync(() -> server.runLine("serve --port 0 --otlp-ports false"));
        Matcher ready = Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> READY.matcher(server.out()), Matcher::find);
        assertThat(ready.group(2)).isEqualTo("sqlite:" + folder.resolve("data/traces.db"));

        CliRun client = new CliRun(folder);
        client.input = "{\"trace_id\":\"" + Fixture.CHAT_ID + "\",\"created_at\":\"2026-01-31T09:30:00Z\"}";
        assertThat(client.runLine("import - --server " + ready.group(1)).code()).isZero();
        server.stop.request();

        assertThat(serving.join().code()).isZero();
        // The server was closed cleanly: the store is free, and has what was acknowledged.
        try (TraceRepository store = TraceRepositories.open(ready.group(2))) {
            assertThat(store.stats(Fixture.TENANT).totalTraces()).isEqualTo(1);
        }
    }

    @Test
    void serve_behindAProxy_saysWhereItIsReached_andAnswersToThatName() throws Exception {
        CliRun server = new CliRun(folder);
        CompletableFuture<CliRun.Result> serving = CompletableFuture.supplyAsync(
                () -> server.runLine("serve --port 0 --otlp-ports false --public-url https://example.com/llmtrace/"));
        Matcher ready = Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> Pattern.compile("llmtrace listens on http://127\\.0\\.0\\.1:(\\d+),"
                                        + " and is reached at https://example\\.com/llmtrace; traces go to .*")
                                .matcher(server.out()),
                        Matcher::find);

        assertThat(statusLine(Integer.parseInt(ready.group(1)), "example.com")).isEqualTo("HTTP/1.1 200 OK");
        assertThat(statusLine(Integer.parseInt(ready.group(1)), "evil.example")).isEqualTo("HTTP/1.1 403 Forbidden");
        // A client of the command line may use the path, too.
        assertThat(new CliRun(folder)
                        .runLine("stats --server http://127.0.0.1:" + ready.group(1) + "/llmtrace")
                        .code())
                .isZero();
        server.stop.request();
        assertThat(serving.join().code()).isZero();
    }

    /** Sends a {@code Host} of its own, which Java's HTTP client does not. */
    private static String statusLine(int port, String host) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write(("GET /llmtrace/health HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }

    @Test
    void serve_onATakenPortSaysWhichAndWhatToDo() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CliRun.Result result =
                    new CliRun(folder).runLine("serve --otlp-ports false --port " + taken.getLocalPort());

            assertThat(result.code()).isEqualTo(ExitCode.FAILED);
            assertThat(result.err())
                    .startsWith("llmtrace: port " + taken.getLocalPort() + " on 127.0.0.1 is taken by another program");
        }
    }

    @Test
    void serve_onAStoreThatIsServedAlreadySaysSo() {
        String url = Fixture.storeOf(folder.resolve("t.db"), Fixture.chat());
        try (TraceRepository other = TraceRepositories.open(url)) {
            assertThat(other.check()).isNotNull();

            CliRun.Result result = new CliRun(folder).runLine("serve --port 0 --otlp-ports false --storage " + url);

            assertThat(result.code()).isEqualTo(ExitCode.FAILED);
            assertThat(result.err()).contains("is open for writing in process");
        }
    }
}
