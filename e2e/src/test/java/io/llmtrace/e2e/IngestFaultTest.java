package io.llmtrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.dev.clickhouse.ClickHouseServerOptions;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.SpanEncoder;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.testkit.Effort;
import io.llmtrace.testkit.LongTest;
import io.llmtrace.testkit.NeedsClickHouse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kills, freezes and removes real servers and stores, and compares the acknowledged spans with the stored ones. */
@Timeout(1_200)
@Execution(ExecutionMode.CONCURRENT)
class IngestFaultTest {

    private static final Logger LOG = LoggerFactory.getLogger(IngestFaultTest.class);

    private static final int KILLS = Effort.of(3, 50);

    /** The shortest time for which ClickHouse is stopped. */
    private static final Duration ABSENCE = Duration.ofSeconds(Effort.of(5, 60));

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void serverKilled_onSqlite() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        String url = "sqlite:" + data.resolve("traces.db");
        try (Senders senders = new Senders(4)) {
            killAgainAndAgain(senders, data, url);
            assertStored(senders, url);
        }
    }

    @Test
    @NeedsClickHouse
    void serverKilled_onClickHouse_whichIsKilledToo() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        try (ClickHouseServer clickHouse = startClickHouse();
                Senders senders = new Senders(4)) {
            String url = clickHouse.url("faults");
            killAgainAndAgain(senders, data, url);
            try (ServerProcess server = ServerProcess.start(data, "--storage", url)) {
                senders.start(server);
                awaitMore(senders, 50);
                clickHouse.kill();
                awaitMore(senders, 50);
                senders.stop();
                Thread.sleep(ABSENCE.toMillis());
                senders.start(server);
                awaitMore(senders, 50);
                JsonNode health = server.health();
                assertThat(health.path("status").asText()).isEqualTo("degraded");
                assertThat(health.path("spool").path("spans").asLong()).isPositive();
                assertThat(server.get("/api/v1/traces").statusCode()).isEqualTo(503);
                senders.stop();
                server.kill(); // with a full spool
            }
            clickHouse.restart();
            try (ServerProcess server = ServerProcess.start(data, "--storage", url)) {
                senders.start(server);
                awaitMore(senders, 50);
                senders.stop();
                awaitDrained(server);
                assertThat(server.health().path("status").asText()).isEqualTo("ok");
            }
            assertStored(senders, url);
        }
    }

    @Test
    @NeedsClickHouse
    void clickHouseFrozen_spansWaitOnDisk_andAreDrainedInTheEnd() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        try (ClickHouseServer clickHouse = startClickHouse();
                Senders senders = new Senders(4);
                ServerProcess server = ServerProcess.start(
                        data, "--storage", clickHouse.url("faults"), "--store-patience-ms", "500")) {
            senders.start(server);
            awaitMore(senders, 50);
            clickHouse.pause();
            awaitMore(senders, 100);
            clickHouse.resume();
            senders.stop();
            awaitDrained(server);
            assertStored(senders, clickHouse.url("faults"));
        }
    }

    @Test
    @NeedsClickHouse
    void spoolFull_clientsAreToldToTryAgain_andNothingAcknowledgedIsLost() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        try (ClickHouseServer clickHouse = startClickHouse();
                Senders senders = new Senders(4);
                ServerProcess server =
                        ServerProcess.start(data, "--storage", clickHouse.url("faults"), "--spool-max-mb", "1")) {
            senders.start(server);
            awaitMore(senders, 50);
            clickHouse.kill();
            Awaitility.await().atMost(PATIENCE).until(() -> senders.refusedCount() > 0);
            JsonNode health = server.health();
            assertThat(health.path("status").asText()).isEqualTo("full");
            assertThat(health.path("full").findValuesAsText("what")).containsExactly("spool");
            clickHouse.restart();
            awaitMore(senders, 50);
            senders.stop();
            awaitDrained(server);
            assertStored(senders, clickHouse.url("faults"));
        }
    }

    @Test
    void sigterm_endsInTime_andLosesNothing() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        String url = "sqlite:" + data.resolve("traces.db");
        try (Senders senders = new Senders(8);
                ServerProcess server = ServerProcess.start(data, "--storage", url)) {
            senders.start(server);
            awaitMore(senders, 200);
            assertThat(server.terminate(Duration.ofSeconds(20))).isTrue();
            senders.stop();
            assertStored(senders, url);
        }
    }

    @Test
    @NeedsClickHouse
    void clickHouseAwayWhenTheServerStarts_spansWaitOnDisk() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        try (ClickHouseServer clickHouse = startClickHouse();
                Senders senders = new Senders(4)) {
            String url = clickHouse.url("faults");
            clickHouse.kill();
            try (ServerProcess server = ServerProcess.start(data, "--storage", url)) {
                senders.start(server);
                awaitMore(senders, 50);
                assertThat(server.health().path("status").asText()).isEqualTo("degraded");
                assertThat(server.get("/api/v1/traces").statusCode()).isEqualTo(503);
                clickHouse.restart();
                awaitMore(senders, 50);
                senders.stop();
                awaitDrained(server);
                assertThat(server.health().path("status").asText()).isEqualTo("ok");
                assertThat(server.get("/api/v1/traces").statusCode()).isEqualTo(200);
            }
            assertStored(senders, url);
        }
    }

    @Test
    @NeedsClickHouse
    void clientsThatGiveUpAndSendAgain_whileTheStoreIsFrozen_doubleNothing() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        try (ClickHouseServer clickHouse = startClickHouse();
                Senders senders = new Senders(8, Duration.ofMillis(200));
                ServerProcess server = ServerProcess.start(
                        data, "--storage", clickHouse.url("faults"), "--store-patience-ms", "2000")) {
            senders.start(server);
            awaitMore(senders, 50);
            clickHouse.pause();
            Awaitility.await().atMost(PATIENCE).until(() -> senders.timedOutCount() > 20);
            clickHouse.resume();
            awaitMore(senders, 50);
            senders.stop();
            awaitDrained(server);
            assertStored(senders, clickHouse.url("faults"));
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void diskFull_clientsAreToldToTryAgain_andNothingAcknowledgedIsLost() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        try (SmallDisk disk = SmallDisk.mount(data, 400);
                Senders senders = new Senders(4)) {
            try (ServerProcess server = ServerProcess.start(disk.launcher(), data, List.of("-Xmx512m"))) {
                senders.start(server);
                awaitMore(senders, 50);
                disk.fill();
                int before = senders.refusedCount();
                Awaitility.await().atMost(PATIENCE).until(() -> senders.refusedCount() > before);
                assertThat(server.health().path("status").asText()).isEqualTo("full");
                disk.free();
                awaitMore(senders, 50);
                disk.fill();
                Awaitility.await().atMost(PATIENCE).until(() -> senders.refusedCount() > before + 10);
                server.kill();
                senders.stop();
            }
            disk.free();
            try (ServerProcess server = ServerProcess.start(disk.launcher(), data, List.of("-Xmx512m"))) {
                senders.start(server);
                awaitMore(senders, 50);
                senders.stop();
                awaitDrained(server);
                try (TraceRepository repository = RemoteTraceRepository.connect(server.uri())) {
                    assertStored(senders, repository);
                }
            }
        }
    }

    @Test
    @SteppedClock.Needed
    void clockSteps_onSqlite() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        setClockAgainAndAgain(data, "sqlite:" + data.resolve("traces.db"));
    }

    @Test
    @LongTest
    @NeedsClickHouse
    @SteppedClock.Needed
    void clockSteps_onClickHouse() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        try (ClickHouseServer clickHouse = startClickHouse()) {
            setClockAgainAndAgain(data, clickHouse.url("faults"));
        }
    }

    /** Changes the server's clock by days while clients send, and restarts the server with a wrong clock. */
    private void setClockAgainAndAgain(Path data, String url) throws Exception {
        SteppedClock clock = SteppedClock.in(folder);
        TraceSpan changing = TraceSpan.builder(
                        TenantResolver.DEFAULT_TENANT, UUID.randomUUID(), new UUID(0, 1), "chat", Instant.EPOCH)
                .build();
        try (Senders senders = new Senders(4)) {
            for (int days : List.of(2, -30)) {
                Duration step = Duration.ofDays(days);
                clock.set(step);
                try (ServerProcess server = ServerProcess.start(clock.launcher(), data, List.of(), "--storage", url)) {
                    senders.start(server);
                    awaitClock(server, step);
                    changing = written(server, changing, "at " + days);
                    clock.set(step.minusDays(1));
                    awaitClock(server, step.minusDays(1));
                    changing = written(server, changing, "a day before " + days);
                    awaitMore(senders, 50);
                    server.kill();
                    senders.stop();
                }
            }
            try (TraceRepository repository = TraceRepositories.open(url)) {
                assertThat(repository.getSpan(changing.tenantId(), changing.traceId(), changing.spanId()))
                        .get()
                        .extracting(TraceSpan::prompt)
                        .isEqualTo("a day before -30");
                assertThat(repository.deleteTrace(changing.tenantId(), changing.traceId()))
                        .isTrue();
                assertStored(senders, repository);
            }
        }
    }

    private static TraceSpan written(ServerProcess server, TraceSpan span, String prompt) throws Exception {
        TraceSpan changed = span.toBuilder().prompt(prompt).build();
        byte[] body = SpanEncoder.encode(List.of(changed)).toByteArray();
        assertThat(server.post(PATIENCE, "/v1/traces", "application/x-protobuf", body)
                        .statusCode())
                .isEqualTo(200);
        return changed;
    }

    private static void awaitClock(ServerProcess server, Duration step) {
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(server.clock()).isCloseTo(Instant.now().plus(step), within(1, ChronoUnit.MINUTES)));
    }

    private void killAgainAndAgain(Senders senders, Path data, String url) throws Exception {
        Random random = new Random();
        for (int round = 0; round < KILLS; round++) {
            try (ServerProcess server = ServerProcess.start(data, "--storage", url)) {
                senders.start(server);
                awaitMore(senders, 1 + random.nextInt(100));
                server.kill();
                senders.stop();
            }
        }
    }

    private static void awaitMore(Senders senders, int spans) {
        int enough = senders.acknowledgedCount() + spans;
        Awaitility.await().atMost(PATIENCE).until(() -> senders.acknowledgedCount() >= enough);
    }

    private static void awaitDrained(ServerProcess server) {
        Awaitility.await().atMost(PATIENCE).until(() -> server.spooledSpans() == 0);
    }

    /** Asserts that each acknowledged span is stored once. Spans whose acknowledgement was lost may be stored, too. */
    private static void assertStored(Senders senders, String url) {
        try (TraceRepository repository = TraceRepositories.open(url)) {
            assertStored(senders, repository);
        }
    }

    private static void assertStored(Senders senders, TraceRepository repository) {
        Map<UUID, Integer> stored = new HashMap<>();
        String cursor = null;
        do {
            Page<TraceSpan> page = repository.querySpans(TraceQuery.builder(TenantResolver.DEFAULT_TENANT)
                    .limit(1_000)
                    .cursor(cursor)
                    .build());
            page.items().forEach(span -> stored.merge(span.spanId(), 1, Integer::sum));
            cursor = page.nextCursor();
        } while (cursor != null);
        assertThat(repository.stats(TenantResolver.DEFAULT_TENANT).totalSpans()).isEqualTo(stored.size());
        Set<UUID> acknowledged = senders.acknowledged();
        long missing =
                acknowledged.stream().filter(id -> !stored.containsKey(id)).count();
        long doubled = stored.values().stream().filter(times -> times > 1).count();
        LOG.info(
                "acknowledged {}, stored {}, missing {}, doubled {}, refused requests {}",
                acknowledged.size(),
                stored.size(),
                missing,
                doubled,
                senders.refusedCount());
        assertThat(missing).as("acknowledged and missing").isZero();
        assertThat(doubled).as("doubled").isZero();
        assertThat(acknowledged).isNotEmpty();
    }

    private static ClickHouseServer startClickHouse() {
        return ClickHouseServer.start(
                ClickHouseServerOptions.builder().ownProcess().build());
    }
}
