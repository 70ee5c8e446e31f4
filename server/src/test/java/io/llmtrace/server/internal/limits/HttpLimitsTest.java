package io.llmtrace.server.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.server.RunningServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Tests that an HTTP client learns which limit its request exceeds, and the value of the limit. */
class HttpLimitsTest {

    private static final int MIB = 1 << 20;
    private static final byte[] BODY = new byte[1_200_000];

    @Test
    void body_overTheLimitAfterDecompression() {
        ServerConfig.Builder config = RunningServer.config().maxDecompressedBytes(MIB);

        assertRefused(
                config, "body after decompression > 1048576 bytes (max-decompressed-bytes); send smaller batches");
    }

    @Test
    void body_overTheShareOfTheMemory() {
        ServerConfig.Builder config = RunningServer.config().maxRequestMemory(6 * MIB);

        assertRefused(
                config,
                "body after decompression > 1048576 bytes: a sixth of max-request-memory (6291456);"
                        + " send smaller batches");
    }

    @Test
    void request_thatTakesTooLong() {
        CountDownLatch released = new CountDownLatch(1);
        TenantResolver slow = headers -> {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return RunningServer.TENANT;
        };
        try (RunningServer server = RunningServer.over(
                new InMemoryTraceRepository(), RunningServer.config().requestTimeout(Duration.ofMillis(200)), slow)) {
            RunningServer.Answer read = server.get("/api/v1/stats");
            RunningServer.Answer write = server.post("/v1/traces", RunningServer.JSON, "{}");
            released.countDown();

            String detail = "not done within 200 ms (request-timeout); try again, or ask for less";
            assertThat(read.status()).isEqualTo(503);
            assertThat(read.json().path("detail").asText()).isEqualTo(detail);
            assertThat(write.toString()).isEqualTo("503 {\"code\":14,\"message\":\"" + detail + "\"}");
        }
    }

    private static void assertRefused(ServerConfig.Builder config, String detail) {
        try (RunningServer server = RunningServer.over(new InMemoryTraceRepository(), config)) {
            RunningServer.Answer plain = server.post("/v1/traces", RunningServer.JSON, BODY);
            RunningServer.Answer gzip = server.postGzip("/api/v1/spans", RunningServer.JSON, BODY);

            assertThat(plain.toString()).isEqualTo("413 {\"code\":8,\"message\":\"" + detail + "\"}");
            assertThat(gzip.status()).isEqualTo(413);
            assertThat(gzip.json().path("detail").asText()).isEqualTo(detail);
        }
    }
}
