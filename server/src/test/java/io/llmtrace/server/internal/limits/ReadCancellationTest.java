package io.llmtrace.server.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.server.RunningServer;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReadCancellationTest {

    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);

    @Test
    void read_clientGoesAway_isInterrupted() throws Exception {
        try (RunningServer server = blockingServer()) {
            request(server, "GET /api/v1/stats HTTP/1.1\r\nHost: localhost\r\n\r\n");

            assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void nextRead_ofTheSameThread_isNotInterrupted() throws Exception {
        try (ReadCancellation read = ReadCancellation.interruptOn(new CompletableFuture<>())) {
            Thread.currentThread().interrupt();
        }

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    /** Returns a server whose handlers hang until they are interrupted. */
    private RunningServer blockingServer() {
        return RunningServer.over(new InMemoryTraceRepository(), RunningServer.config(), headers -> {
            reached.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                Thread.currentThread().interrupt();
            }
            return RunningServer.TENANT;
        });
    }

    private void request(RunningServer server, String text) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", server.server().port())) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }
}
