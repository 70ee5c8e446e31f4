package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.write.EncodedRows;
import io.llmtrace.testkit.Effort;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Failures of a server that is down, is killed while it writes, or hangs. */
@Timeout(180)
final class ClickHouseCrashTest {

    private static final int ROUNDS = Effort.of(2, 4);
    private static final int WRITERS = 4;
    private static final int SPANS_PER_CALL = 40;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final UUID tenant = UUID.randomUUID();

    @Test
    void open_serverDown() {
        try (ClickHouseServer server = Failing.startServer()) {
            server.kill();

            Failing.assertFails(server, UnavailableException.class, () -> Failing.open(server, ""))
                    .startsWith(Failing.displayUrl(server) + " cannot be reached (create database): ")
                    .contains("Connection refused")
                    .endsWith("Is the server up, and are host, port and tls right?");
        }
    }

    @Test
    void calls_serverDownAndUpAgain() {
        try (ClickHouseServer server = Failing.startServer();
                ClickHouseTraceRepository repository = Failing.open(server, "")) {
            List<TraceSpan> before = Failing.spans(tenant, 3);
            List<TraceSpan> after = Failing.spans(tenant, 3);
            repository.storeSpans(before);
            server.kill();

            Failing.assertFails(server, UnavailableException.class, () -> repository.storeSpans(after))
                    .startsWith(Failing.displayUrl(server) + " cannot be reached (insert into places): ");
            Failing.assertFails(server, UnavailableException.class, () -> Failing.stored(repository, before))
                    .startsWith(Failing.displayUrl(server) + " cannot be reached (traces): ");
            assertThat(repository.check().state()).isEqualTo(StoreHealth.State.DOWN);
            assertThat(repository.check().toString()).doesNotContain(server.password());
            server.restart();

            assertThat(Failing.stored(repository, before)).isEqualTo(before);
            assertThat(Failing.stored(repository, after)).isEmpty();
            assertThat(repository.check().state()).isEqualTo(StoreHealth.State.OK);
            repository.storeSpans(after);
            assertThat(Failing.stored(repository, after)).isEqualTo(after);
            assertThat(spanCount(repository)).isEqualTo(6);
        }
    }

    @Test
    void storeSpans_serverKilledWhileWriting_keepsEachAcknowledgedCallAndNoPartOfAnother() throws Exception {
        Queue<List<TraceSpan>> acknowledged = new ConcurrentLinkedQueue<>();
        Queue<List<TraceSpan>> failed = new ConcurrentLinkedQueue<>();
        try (ClickHouseServer server = Failing.startServer();
                ClickHouseTraceRepository repository = Failing.open(server, "")) {
            ExecutorService executor = Executors.newFixedThreadPool(WRITERS);
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    int enough = acknowledged.size() + 10 + 7 * round;
                    List<Future<?>> writers = new ArrayList<>();
                    for (int i = 0; i < WRITERS; i++) {
                        writers.add(executor.submit(() -> writeUntilItFails(repository, acknowledged, failed)));
                    }
                    Awaitility.await().atMost(PATIENCE).until(() -> acknowledged.size() >= enough);
                    server.kill();
                    for (Future<?> writer : writers) {
                        writer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                    }
                    server.restart();
                }
            } finally {
                executor.shutdownNow();
            }

            assertThat(acknowledged)
                    .allSatisfy(spans ->
                            assertThat(Failing.stored(repository, spans)).isEqualTo(spans));
            List<List<TraceSpan>> there = new ArrayList<>(acknowledged);
            for (List<TraceSpan> spans : failed) {
                if (!Failing.stored(repository, spans).isEmpty()) {
                    assertThat(Failing.stored(repository, spans)).isEqualTo(spans);
                    there.add(spans);
                }
            }
            assertThat(failed).hasSize(ROUNDS * WRITERS);
            assertHolds(repository, there);

            failed.forEach(repository::storeSpans);
            failed.stream().filter(spans -> !there.contains(spans)).forEach(there::add);
            assertHolds(repository, there);
            repository.compact();
            assertHolds(repository, there);
        }
    }

    private void writeUntilItFails(
            ClickHouseTraceRepository repository, Queue<List<TraceSpan>> acknowledged, Queue<List<TraceSpan>> failed) {
        while (true) {
            List<TraceSpan> spans = Failing.spans(tenant, SPANS_PER_CALL);
            try {
                repository.storeSpans(spans);
                acknowledged.add(spans);
            } catch (UnavailableException e) {
                failed.add(spans);
                return;
            }
        }
    }

    /** Asserts that the store holds the spans of these calls, each once, and nothing else. */
    private void assertHolds(ClickHouseTraceRepository repository, List<List<TraceSpan>> calls) {
        StorageStats stats = repository.stats(tenant);
        assertThat(stats.totalTraces()).isEqualTo(calls.size());
        assertThat(stats.totalSpans()).isEqualTo((long) calls.size() * SPANS_PER_CALL);
        List<TraceSpan> walked = new ArrayList<>();
        String cursor = null;
        do {
            Page<TraceSpan> page = repository.querySpans(
                    TraceQuery.builder(tenant).limit(1_000).cursor(cursor).build());
            walked.addAll(page.items());
            cursor = page.nextCursor();
        } while (cursor != null);
        assertThat(walked)
                .containsExactlyInAnyOrderElementsOf(
                        calls.stream().flatMap(List::stream).toList());
    }

    @Test
    void calls_serverHangs_failWithinTheirTimeout() {
        try (ClickHouseServer server = Failing.startServer();
                ClickHouseTraceRepository repository =
                        Failing.open(server, "?query_timeout_ms=500&write_timeout_ms=1000")) {
            List<TraceSpan> before = Failing.spans(tenant, 3);
            List<TraceSpan> during = Failing.spans(tenant, 3);
            repository.storeSpans(before);
            server.pause();

            Instant begin = Instant.now();
            Failing.assertFails(server, UnavailableException.class, () -> repository.storeSpans(during))
                    .isEqualTo(Failing.displayUrl(server)
                            + " gave no answer (insert into places) in time: the server hangs, or the network does;"
                            + " write_timeout_ms is 1000, query_timeout_ms 500.");
            assertThat(Duration.between(begin, Instant.now())).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(4));
            begin = Instant.now();
            Failing.assertFails(server, UnavailableException.class, () -> Failing.stored(repository, before))
                    .isEqualTo(Failing.displayUrl(server)
                            + " gave no answer (traces) in time: the server hangs, or the network does;"
                            + " write_timeout_ms is 1000, query_timeout_ms 500.");
            assertThat(Duration.between(begin, Instant.now()))
                    .isBetween(Duration.ofMillis(5_500), Duration.ofSeconds(9));
            server.resume();

            assertThat(Failing.stored(repository, before)).isEqualTo(before);
            repository.storeSpans(during);
            assertThat(Failing.stored(repository, during)).isEqualTo(during);
            assertThat(spanCount(repository)).isEqualTo(6);
        }
    }

    /** Sends more than network buffers take, so that the call waits to send and not for an answer. */
    @Test
    void insert_serverHangsWhileManyMegabytesAreSent_failsWithinItsTimeout() throws Exception {
        EncodedRows large = EncodedRows.ofSpans(Failing.spans(tenant, 32, Failing.noise(1 << 20)));
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (ClickHouseServer server = Failing.startServer();
                ClickHouseTraceRepository repository = Failing.open(server, "");
                Database database = new Database(
                        ClickHouseSettings.parse(server.url(Failing.DATABASE) + "?write_timeout_ms=2000"))) {
            server.pause();
            Future<?> insert = executor.submit(() -> Failing.assertFails(
                            server,
                            UnavailableException.class,
                            () -> database.insert("spans", EncodedRows.ROW_COLUMNS, large::writeRows))
                    .startsWith(Failing.displayUrl(server) + " gave no answer (insert into spans) in time: "));
            try {
                insert.get(15, TimeUnit.SECONDS);
            } finally {
                server.resume();
            }
            assertThat(spanCount(repository)).isZero();
        } finally {
            executor.shutdownNow();
        }
    }

    private long spanCount(ClickHouseTraceRepository repository) {
        return repository.stats(tenant).totalSpans();
    }

    /** The inserts hang at the same time. One after the other, the last of twelve callers would wait for twelve timeouts. */
    @Test
    void storeSpans_serverHangs_failsAllCallersWithinAFewTimeouts() throws Exception {
        int callers = 12;
        try (ClickHouseServer server = Failing.startServer();
                ClickHouseTraceRepository repository = Failing.open(server, "?write_timeout_ms=3000")) {
            server.pause();
            ExecutorService executor = Executors.newFixedThreadPool(callers);
            try {
                List<Future<?>> writes = new ArrayList<>();
                for (int i = 0; i < callers; i++) {
                    writes.add(executor.submit(() -> Failing.assertFails(
                            server,
                            UnavailableException.class,
                            () -> repository.storeSpans(Failing.spans(tenant, 1)))));
                }
                for (Future<?> write : writes) {
                    write.get(20, TimeUnit.SECONDS);
                }
            } finally {
                executor.shutdownNow();
            }
            server.resume();
        }
    }
}
