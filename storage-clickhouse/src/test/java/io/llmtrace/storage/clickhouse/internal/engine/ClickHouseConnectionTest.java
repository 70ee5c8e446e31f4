package io.llmtrace.storage.clickhouse.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.clickhouse.ClickHouseSettings;
import io.llmtrace.storage.clickhouse.Failing;
import java.io.EOFException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections return to the pool, however a call ends. */
@Timeout(180)
final class ClickHouseConnectionTest {

    private static final int MAX_CONNECTIONS = 64;
    private static final int QUERIES = 10_000;
    private static final int THREADS = 16;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static ClickHouseServer server;

    private Database database;

    @BeforeAll
    static void start() {
        server = Failing.startServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() {
        database = new Database(ClickHouseSettings.parse(server.url("system") + "?query_timeout_ms=10000"));
    }

    @AfterEach
    void disconnect() {
        database.close();
    }

    @Test
    void read_oneInTenAbandonedOrInterrupted_leaksNoConnection() throws Exception {
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger abandoned = new AtomicInteger();
        AtomicInteger interrupted = new AtomicInteger();
        inThreads(THREADS, thread -> {
            for (int i = thread; i < QUERIES; i += THREADS) {
                if (i % 20 == 0) {
                    abandon();
                    abandoned.incrementAndGet();
                } else if (i % 20 == 10) {
                    readInterrupted(i);
                    interrupted.incrementAndGet();
                } else {
                    assertThat(numbers(3)).isEqualTo(3);
                    answered.incrementAndGet();
                }
            }
            return thread;
        });

        assertThat(answered).hasValue(9_000);
        assertThat(abandoned).hasValue(500);
        assertThat(interrupted).hasValue(500);
        assertThat(connections()).isLessThanOrEqualTo(THREADS + 2);
        assertThat(inThreads(MAX_CONNECTIONS, thread -> numbers(1_000))).containsOnly(1_000L);
        database.close();
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(connections()).isLessThanOrEqualTo(2));
    }

    /** Reads a long answer with a mapper that throws in the middle. */
    private void abandon() {
        AtomicInteger rows = new AtomicInteger();
        assertThat(catchThrowable(() ->
                        database.read(Sql.of("abandoned", "SELECT toUInt64(number) FROM numbers(100000)"), row -> {
                            if (rows.incrementAndGet() == 10) {
                                throw new EOFException("enough");
                            }
                            return row.readLong();
                        })))
                .isExactlyInstanceOf(UnavailableException.class);
    }

    /** Interrupts a read before it begins or while it reads. It may succeed or fail; the interrupt flag must stay set. */
    private void readInterrupted(int i) {
        AtomicInteger rows = new AtomicInteger();
        if (i % 40 == 10) {
            Thread.currentThread().interrupt();
        }
        try {
            assertThat(database.read(Sql.of("interrupted", "SELECT toUInt64(number) FROM numbers(100000)"), row -> {
                        if (rows.incrementAndGet() == 10) {
                            Thread.currentThread().interrupt();
                        }
                        return row.readLong();
                    }))
                    .hasSize(100_000);
        } catch (UnavailableException e) {
            assertThat(e)
                    .hasMessage("clickhouse://127.0.0.1:" + server.httpPort()
                            + "/system (interrupted): the thread was interrupted before the answer was there.");
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void read_fourTimesAsManyThreadsAsConnections_allAreServed() throws Exception {
        int threads = 4 * MAX_CONNECTIONS;
        CyclicBarrier begin = new CyclicBarrier(threads);

        List<Long> counts = inThreads(threads, thread -> {
            begin.await();
            return database.number(
                    Sql.of("slow", "SELECT toUInt64(count()) FROM numbers(10) WHERE sleepEachRow(0.02) = 0"));
        });

        assertThat(counts).hasSize(threads).containsOnly(10L);
        assertThat(connections()).isLessThanOrEqualTo(MAX_CONNECTIONS + 2);
    }

    private long numbers(int count) {
        return database.read(
                        Sql.of("numbers", "SELECT toUInt64(number) FROM numbers({count:UInt64})")
                                .with("count", count),
                        RowInput::readLong)
                .size();
    }

    private static long connections() {
        return Long.parseLong(server.execute("SELECT value FROM system.metrics WHERE metric = 'HTTPConnection'")
                .strip());
    }

    private interface Work<T> {
        T of(int thread) throws Exception;
    }

    private static <T> List<T> inThreads(int count, Work<T> work) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(count);
        try {
            List<Callable<T>> calls = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int thread = i;
                calls.add(() -> work.of(thread));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : executor.invokeAll(calls, PATIENCE.toSeconds() * 2, TimeUnit.SECONDS)) {
                results.add(future.get());
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }
}
