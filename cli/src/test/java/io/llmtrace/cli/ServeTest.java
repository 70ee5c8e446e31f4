package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
        // Closed in order: the store is free, and has what was acknowledged.
        try (TraceRepository store = TraceRepositories.open(ready.group(2))) {
            assertThat(store.stats(Fixture.TENANT).totalTraces()).isEqualTo(1);
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
