package io.llmtrace.server.internal.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.ingest.IngestConfig;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.server.RunningServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import io.llmtrace.storage.spi.ForwardingTraceRepository;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The answers of {@code /health} while the store works, fails, or does not answer. */
@Timeout(60)
class HealthTest {

    /** More than the threads of requests that may wait for the store. */
    private static final int MANY_READS = 250;

    @TempDir
    Path folder;

    private final Store store = new Store();
    private final ExecutorService clients = Executors.newCachedThreadPool();

    @AfterEach
    void letGo() {
        store.released.countDown();
        clients.shutdownNow();
    }

    @Test
    void storeThatHangs_isDegradedWithWhatIsKnown_andReadyAsLongAsThereIsASpool() {
        try (RunningServer server = RunningServer.over(store, spooling())) {
            await().until(() -> state(server).equals("ok"));
            store.hangs = true;

            await().untilAsserted(() -> {
                JsonNode health = server.get("/health").json();
                assertThat(health.path("status").asText()).isEqualTo("degraded");
                assertThat(health.at("/storage/state").asText()).isEqualTo("unknown");
                assertThat(health.at("/storage/message").asText())
                        .matches("the store has not answered a check for \\d+ s; \\d+ s ago it was ok \\(fine\\)");
                assertThat(health.at("/storage/pending_seconds").asLong()).isGreaterThanOrEqualTo(2);
                assertThat(health.at("/storage/age_seconds").isIntegralNumber()).isTrue();
                assertThat(health.at("/spool/spans").isIntegralNumber()).isTrue();
            });
            assertThat(server.get("/health").status()).isEqualTo(200);
            assertThat(server.get("/health/ready").toString()).isEqualTo("200 {\"ready\":true}");
            assertThat(server.get("/health/live").toString()).isEqualTo("200 {\"live\":true}");

            store.hangs = false;
            store.released.countDown();
            await().until(() -> state(server).equals("ok"));
        }
    }

    @Test
    void storeThatHangs_withoutASpoolIsNotReady() {
        try (RunningServer server = RunningServer.over(store)) {
            await().until(() -> server.get("/health/ready").status() == 200);
            store.hangs = true;

            await().until(() -> server.get("/health/ready").status() == 503);
            assertThat(server.get("/health/ready").text())
                    .startsWith("{\"ready\":false,\"reason\":\"store unknown: the store has not answered a check for ")
                    .endsWith("; there is no spool (spool-max-mb)\"}");
            assertThat(server.get("/health").status()).isEqualTo(200);
            store.released.countDown();
        }
    }

    @Test
    void readsThatWaitForTheStore_doNotDelayHealth() {
        try (RunningServer server = RunningServer.over(store, spooling())) {
            store.hangs = true;
            for (int i = 0; i < MANY_READS; i++) {
                clients.submit(() -> server.get("/api/v1/traces/" + UUID.randomUUID()));
            }
            store.waiting.awaitAtLeast(100);

            assertThat(server.get("/health").status()).isEqualTo(200);
            assertThat(server.get("/health/live").status()).isEqualTo(200);
            store.released.countDown();
        }
    }

    @Test
    void everyStateOfTheStore_isPassedOn() {
        try (RunningServer server = RunningServer.over(store, spooling())) {
            for (StoreHealth.State state : StoreHealth.State.values()) {
                store.state = state;
                String text = state.name().toLowerCase(Locale.ROOT);
                await().until(() -> state(server).equals(text));
                assertThat(server.get("/health").json().path("status").asText()).isEqualTo(statusOf(state));
                assertThat(server.get("/health").status()).isEqualTo(200);
            }
        }
    }

    private static String statusOf(StoreHealth.State state) {
        return switch (state) {
            case OK -> "ok";
            case FULL -> "full";
            case READ_ONLY, DOWN -> "degraded"; // spans wait in the spool
        };
    }

    @Test
    void fullStore_saysWhatIsFull_andIsReadyOnlyWithASpool() {
        store.state = StoreHealth.State.FULL;
        try (RunningServer server = RunningServer.over(store)) {
            await().until(() -> state(server).equals("full"));
            assertThat(server.get("/health").status()).isEqualTo(200);
            assertThat(server.get("/health").json().path("full"))
                    .hasToString("[{\"what\":\"disk\",\"message\":\"fine\"}]");
            assertThat(server.get("/health/ready").toString())
                    .isEqualTo(
                            "503 {\"ready\":false,\"reason\":\"store full: fine; there is no spool (spool-max-mb)\"}");

            store.state = StoreHealth.State.OK;
            await().until(() -> state(server).equals("ok"));
            assertThat(server.get("/health").json().has("full")).isFalse();
        }
        store.state = StoreHealth.State.FULL;
        try (RunningServer server = RunningServer.over(store, spooling())) {
            await().until(() -> state(server).equals("full"));
            assertThat(server.get("/health/ready").status()).isEqualTo(200);
        }
    }

    @Test
    void checkThatThrows_isAStoreThatIsDown() {
        try (RunningServer server = RunningServer.over(store)) {
            store.state = null;

            await().until(() -> state(server).equals("down"));
            assertThat(server.get("/health").status()).isEqualTo(503);
            assertThat(server.get("/health/ready").status()).isEqualTo(503);
        }
    }

    @Test
    void damageInTheSpool_isReportedWithItsSpans_untilTheEnd() throws IOException {
        Path file = folder.resolve("spool/00000000000000000001.spool");
        try (RunningServer server = RunningServer.over(store, spooling())) {
            store.away = true;
            for (int i = 0; i < 2; i++) {
                server.post("/api/v1/spans", RunningServer.JSON, TraceJson.write(span()));
            }
            assertThat(server.get("/health").json().path("spool").has("damage")).isFalse();
            assertThat(server.get("/metrics").text())
                    .contains("llmtrace_ingest_spool_damaged 0.0", "llmtrace_ingest_spool_damaged_spans_total 0.0");
            flipByte(file, 40);
            store.away = false;

            await().untilAsserted(() -> assertThat(
                            server.get("/health").json().path("status").asText())
                    .isEqualTo("damaged"));
            JsonNode spool = server.get("/health").json().path("spool");
            assertThat(spool.path("spans").asLong()).isZero();
            assertThat(spool.path("damage").asText())
                    .startsWith(file + " is damaged at byte 0")
                    .endsWith("a copy is in " + file + ".damaged");
            assertThat(spool.path("damaged_spans").asLong()).isEqualTo(1);
            assertThat(server.get("/health").status()).isEqualTo(200);
            assertThat(server.get("/metrics").text())
                    .contains("llmtrace_ingest_spool_damaged 1.0", "llmtrace_ingest_spool_damaged_spans_total 1.0");
        }
    }

    @Test
    void damageInTheStore_isReported_whileTheStoreWorks() {
        store.details = Map.of(StoreHealth.DAMAGE_DETAIL, "t.db is damaged", StoreHealth.DAMAGE_COUNT_DETAIL, "3");
        try (RunningServer server = RunningServer.over(store)) {
            await().until(() -> state(server).equals("ok"));
            JsonNode health = server.get("/health").json();
            assertThat(health.path("status").asText()).isEqualTo("damaged");
            assertThat(health.at("/storage/details/damage").asText()).isEqualTo("t.db is damaged");
            assertThat(server.get("/health").status()).isEqualTo(200);
            assertThat(server.get("/metrics").text()).contains("llmtrace_store_damage_total 3.0");

            System.gc(); // from then on, a metric whose source is gone would not change
            store.details = Map.of(StoreHealth.DAMAGE_DETAIL, "t.db is damaged", StoreHealth.DAMAGE_COUNT_DETAIL, "4");
            await().untilAsserted(() -> {
                assertThat(server.get("/health").text()).contains("\"damage_count\":\"4\"");
                assertThat(server.get("/metrics").text()).contains("llmtrace_store_damage_total 4.0");
            });

            store.details = Map.of();
            await().untilAsserted(() -> assertThat(
                            server.get("/health").json().path("status").asText())
                    .isEqualTo("ok"));
        }
    }

    @Test
    void processThatRanOutOfMemory_isNotLive_untilTheNextStart() {
        try (RunningServer server = RunningServer.over(store)) {
            store.error = new OutOfMemoryError("Java heap space");
            assertThat(server.get("/health/live").toString()).isEqualTo("200 {\"live\":true}");
            assertThat(server.get("/api/v1/traces/" + UUID.randomUUID()).status())
                    .isEqualTo(503);
            store.error = null;

            assertThat(server.get("/health/live").toString())
                    .isEqualTo(
                            "503 {\"live\":false,\"reason\":\"the process ran out of memory, after which a part of it may not"
                                    + " work: restart it, with a larger heap (-Xmx) if that happens again\"}");
        }
        try (RunningServer server = RunningServer.over(store)) {
            assertThat(server.get("/health/live").status()).isEqualTo(200);
        }
    }

    private static TraceSpan span() {
        return TraceSpan.builder(RunningServer.TENANT, UUID.randomUUID(), UUID.randomUUID(), "chat", Instant.EPOCH)
                .build();
    }

    private static void flipByte(Path file, int at) throws IOException {
        byte[] flipped = {(byte) (Files.readAllBytes(file)[at] ^ 1)};
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(flipped), at);
        }
    }

    private ServerConfig.Builder spooling() {
        return RunningServer.config()
                .ingest(IngestConfig.builder().folder(folder).build());
    }

    private static String state(RunningServer server) {
        return server.get("/health").json().at("/storage/state").asText();
    }

    private static final class Waiting {
        private int count;

        synchronized void more() {
            count++;
            notifyAll();
        }

        synchronized void awaitAtLeast(int wanted) {
            try {
                while (count < wanted) {
                    wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class Store extends ForwardingTraceRepository {
        private final TraceRepository memory = new InMemoryTraceRepository();
        private final CountDownLatch released = new CountDownLatch(1);
        private final Waiting waiting = new Waiting();
        private volatile boolean hangs;
        private volatile boolean away;
        private volatile @Nullable Error error;
        private volatile Map<String, String> details = Map.of();
        private volatile StoreHealth.@Nullable State state = StoreHealth.State.OK;

        @Override
        protected TraceRepository delegate() {
            return memory;
        }

        @Override
        public StoreHealth check() {
            awaitRelease();
            StoreHealth.State now = state;
            if (now == null) {
                throw new IllegalStateException("a check must not throw");
            }
            return StoreHealth.builder(now, "fine").details(details).build();
        }

        @Override
        public void storeSpans(Collection<TraceSpan> spans) {
            if (away) {
                throw new UnavailableException("away");
            }
            super.storeSpans(spans);
        }

        @Override
        public Optional<TraceEvent> getTrace(UUID tenantId, UUID traceId) {
            awaitRelease();
            Error thrown = error;
            if (thrown != null) {
                throw thrown;
            }
            return super.getTrace(tenantId, traceId);
        }

        private void awaitRelease() {
            if (!hangs) {
                return;
            }
            waiting.more();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
