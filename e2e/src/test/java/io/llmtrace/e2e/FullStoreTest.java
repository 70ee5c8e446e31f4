package io.llmtrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.SpanEncoder;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceRetention;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.testkit.LongTest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A store that is full can be read and made smaller, and then goes on, without anybody's help. Nothing acknowledged is lost. */
@Timeout(600)
class FullStoreTest {

    private static final UUID TENANT = TenantResolver.DEFAULT_TENANT;
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SPANS_PER_REQUEST = 20;
    private static final int FREED_MEGABYTES = 20;

    private final Random random = new Random(7);
    /** The traces that the server has acknowledged and that were not deleted, by their creation. */
    private final NavigableMap<Instant, UUID> acknowledged = new TreeMap<>();

    private int made;

    @TempDir
    Path folder;

    @Test
    @EnabledOnOs(OS.LINUX)
    void diskFull_deletesMakeRoom() throws Exception {
        fillAndMakeRoom(40);
    }

    @Test
    @LongTest
    @EnabledOnOs(OS.LINUX)
    void largerDiskFull_deletesMakeRoom() throws Exception {
        fillAndMakeRoom(200);
    }

    private void fillAndMakeRoom(int megabytes) throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        try (SmallDisk disk = SmallDisk.mount(data, megabytes)) {
            try (ServerProcess server = start(disk, data)) {
                fill(server);
                assertFull(server, "disk");
                assertHolds(server);
                deleteSome(server);
                writeSomeMore(server);
                fill(server);
                server.kill();
            }
            try (ServerProcess server = start(disk, data)) {
                assertHolds(server);
                awaitReserve(disk);
                disk.fill(); // as another program may
                assertFull(server, "disk");
                assertHolds(server);
                deleteSome(server); // from the reserve
                assertHolds(server);
                server.kill();
            }
            disk.free();
            disk.fill();
            try (ServerProcess server = start(disk, data)) {
                assertHolds(server);
                deleteWithWhatReserveIsLeft(server, disk, megabytes);
                disk.free();
                writeSomeMore(server);
                assertHolds(server);
            }
        }
    }

    @Test
    void quotaAndSpoolFull_deletesReachWhatWaits() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        String[] limits = {"--storage", "sqlite:" + data.resolve("traces.db") + "?max_size_mb=20", "--spool-max-mb", "4"
        };
        try (ServerProcess server = ServerProcess.start(data, limits)) {
            fill(server);
            assertFull(server, "quota", "spool");
            assertThat(server.health().path("spool").path("spans").asInt()).isPositive();
            deleteSome(server);
            writeSomeMore(server);
            assertHolds(server);
            fill(server);
            server.kill();
        }
        try (ServerProcess server = ServerProcess.start(data, limits)) {
            assertFull(server, "quota");
            deleteSome(server);
            awaitDrained(server);
            assertHolds(server);
            fill(server);
            try (TraceRepository repository = RemoteTraceRepository.connect(server.uri())) {
                TraceRetention.of(repository).setRetention(TENANT, RetentionRule.of(1));
            }
            acknowledged.clear(); // all are older than a day, those that wait as well
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertHolds(server));
        }
    }

    /** Waits for the file without which nothing can be done about a disk that is filled to the last byte. */
    private static void awaitReserve(SmallDisk disk) {
        Awaitility.await().atMost(PATIENCE).until(() -> disk.holds("traces.db-reserve"));
    }

    private static ServerProcess start(SmallDisk disk, Path data) throws IOException {
        return ServerProcess.start(disk.launcher(), data, List.of("-Xmx512m"));
    }

    /** Writes until nothing is accepted any more. */
    private void fill(ServerProcess server) throws IOException {
        int refused = 0;
        while (refused < 5) {
            HttpResponse<String> answer = write(server);
            if (answer.statusCode() != 200) {
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(429);
                refused++;
            }
        }
    }

    /** Writes until something has been accepted. */
    private void writeSomeMore(ServerProcess server) {
        Awaitility.await().atMost(PATIENCE).until(() -> write(server).statusCode() == 200);
    }

    private HttpResponse<String> write(ServerProcess server) throws IOException {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < SPANS_PER_REQUEST; i++) {
            byte[] noise = new byte[2_250];
            random.nextBytes(noise);
            spans.add(
                    TraceSpan.builder(TENANT, UUID.randomUUID(), new UUID(0, made + 1), "chat", START.plusSeconds(made))
                            .prompt(Base64.getEncoder().encodeToString(noise))
                            .build());
            made++;
        }
        byte[] body = SpanEncoder.encode(spans).toByteArray();
        HttpResponse<String> answer = server.post(PATIENCE, "/v1/traces", "application/x-protobuf", body);
        if (answer.statusCode() == 200) {
            spans.forEach(span -> acknowledged.put(span.startTime(), span.traceId()));
        }
        return answer;
    }

    /**
     * Deletes on a disk that another program filled to the last byte before the start, perhaps when there was no reserve. What space the
     * deletes find may be too little; then the message says what to do, and doing it helps: at once, or when the readers that keep the log
     * from being truncated have ended. A refused delete may have removed a part: it runs in several transactions.
     */
    private void deleteWithWhatReserveIsLeft(ServerProcess server, SmallDisk disk, int megabytes) throws Exception {
        Instant before = medianCreation();
        if (isDeleted(server, before)) {
            return;
        }
        disk.free();
        if (isDeleted(server, before)) {
            return;
        }
        disk.resize(megabytes + FREED_MEGABYTES); // little else was on it
        Awaitility.await().atMost(PATIENCE).until(() -> isDeleted(server, before));
    }

    /** Deletes the traces before a time, unless there is no room for it. */
    private boolean isDeleted(ServerProcess server, Instant before) {
        try {
            deleteBefore(server, before);
            return true;
        } catch (OverloadedException e) {
            assertThat(e).hasMessageContaining("free some on the disk, then try again");
            acknowledged.headMap(before, false).values().retainAll(storedTraces(server));
            return false;
        }
    }

    /** Deletes the older half of all traces. */
    private void deleteSome(ServerProcess server) {
        deleteBefore(server, medianCreation());
    }

    private Instant medianCreation() {
        return acknowledged.keySet().stream()
                .skip(acknowledged.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    private void deleteBefore(ServerProcess server, Instant before) {
        try (TraceRepository repository = RemoteTraceRepository.connect(server.uri())) {
            NavigableMap<Instant, UUID> old = acknowledged.headMap(before, false);
            assertThat(repository.deleteTracesBefore(TENANT, before)).isEqualTo(old.size());
            old.clear();
        }
    }

    private static void assertFull(ServerProcess server, String... what) {
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode health = server.health();
            assertThat(health.path("status").asText()).as(health.toString()).isEqualTo("full");
            assertThat(health.path("full").findValuesAsText("what")).contains(what);
            assertThat(health.path("full").findValuesAsText("message"))
                    .allSatisfy(message -> assertThat(message).isNotEmpty());
        });
    }

    private static void awaitDrained(ServerProcess server) {
        Awaitility.await().atMost(PATIENCE).until(() -> server.spooledSpans() == 0);
    }

    private void assertHolds(ServerProcess server) {
        awaitDrained(server);
        assertThat(storedTraces(server)).isEqualTo(new HashSet<>(acknowledged.values()));
    }

    private static Set<UUID> storedTraces(ServerProcess server) {
        Set<UUID> stored = new HashSet<>();
        try (TraceRepository repository = RemoteTraceRepository.connect(server.uri())) {
            String cursor = null;
            do {
                Page<TraceSummary> page = repository.queryTraceSummaries(
                        TraceQuery.builder(TENANT).limit(1_000).cursor(cursor).build());
                page.items().forEach(trace -> stored.add(trace.traceId()));
                cursor = page.nextCursor();
            } while (cursor != null);
        }
        return stored;
    }
}
