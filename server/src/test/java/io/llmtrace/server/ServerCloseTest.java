package io.llmtrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerCloseTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void end() {
        released.countDown();
        threads.shutdownNow();
    }

    @Test
    void close_freesThePort_andMayBeCalledTwice() throws Exception {
        RunningServer server = RunningServer.inMemory();
        int port = server.server().port();
        server.close();

        new ServerSocket(port, 1, ServerConfigValues.addressOf(ServerConfig.defaults())).close();
        assertThatCode(server::close).doesNotThrowAnyException();
    }

    @Test
    void close_waitsForTheCallUnderWay_andTurnsOthersAway() throws Exception {
        RunningServer server = RunningServer.over(new InMemoryTraceRepository(), RunningServer.config(), headers -> {
            reached.countDown();
            awaitRelease();
            return RunningServer.TENANT;
        });
        Future<RunningServer.Answer> call = threads.submit(() -> server.get("/api/v1/stats"));
        assertThat(reached.await(10, TimeUnit.SECONDS)).isTrue();

        Future<?> closing = threads.submit(server::close);

        await().untilAsserted(() -> assertThat(server.get("/health").toString())
                .isEqualTo("503 {\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                        + "\"detail\":\"the server is closing; try again\"}"));
        RunningServer.Answer otlp = server.post("/v1/traces", RunningServer.JSON, "{}");
        assertThat(otlp.toString()).isEqualTo("503 {\"code\":14,\"message\":\"the server is closing; try again\"}");
        assertThat(otlp.header("retry-after")).isEqualTo("5");
        assertThat(closing.isDone()).isFalse();

        released.countDown();

        assertThat(call.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
        closing.get(10, TimeUnit.SECONDS);
        assertThat(server.server().stop()).isEqualTo(new StopReportValues(0, 0));
    }

    private void awaitRelease() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
