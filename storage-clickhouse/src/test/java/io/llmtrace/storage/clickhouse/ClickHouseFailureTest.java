package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.dev.clickhouse.ClickHouseServerOptions;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Migrations;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Failures of a server that answers with an error. */
@Timeout(180)
final class ClickHouseFailureTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MAX_PARTS = 12;
    private static final Sql ENDLESS =
            Sql.of("endless", "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))");

    private static ClickHouseServer server;

    private final UUID tenant = UUID.randomUUID();
    private final String database = ClickHouseFixture.newDatabaseName();

    @BeforeAll
    static void start() {
        server = ClickHouseServer.start(
                Failing.options().configXml("""
                        <clickhouse><merge_tree>
                          <parts_to_delay_insert>%d</parts_to_delay_insert>
                          <parts_to_throw_insert>%d</parts_to_throw_insert>
                        </merge_tree></clickhouse>""".formatted(MAX_PARTS, MAX_PARTS)).build());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private ClickHouseTraceRepository open(String parameters) {
        return Failing.open(server.url(database) + parameters);
    }

    private String displayUrl() {
        return "clickhouse://127.0.0.1:" + server.httpPort() + "/" + database;
    }

    @Test
    void open_newerSchemaIsRefused() {
        open("").close();
        server.execute("CREATE VIEW " + database + ".schema_version_99 AS SELECT 1");

        assertThat(catchThrowable(() -> open("")))
                .isExactlyInstanceOf(CorruptStoreException.class)
                .hasMessage(displayUrl()
                        + " has schema version 99, newer than this program knows ("
                        + Migrations.newest() + "): use a newer llmtrace");
    }

    @Test
    void open_manyAtOnceOnAnEmptyDatabase() throws Exception {
        for (int round = 0; round < 3; round++) {
            String url = server.url(ClickHouseFixture.newDatabaseName());
            CyclicBarrier begin = new CyclicBarrier(4);
            List<ClickHouseTraceRepository> repositories = inThreads(4, () -> {
                begin.await();
                return Failing.open(url);
            });
            List<List<TraceSpan>> written = new ArrayList<>();
            for (ClickHouseTraceRepository repository : repositories) {
                written.add(Failing.spans(tenant, 2));
                repository.storeSpans(written.get(written.size() - 1));
            }
            for (ClickHouseTraceRepository repository : repositories) {
                assertThat(written)
                        .allSatisfy(spans ->
                                assertThat(Failing.stored(repository, spans)).isEqualTo(spans));
                assertThat(repository.stats(tenant).totalSpans()).isEqualTo(8);
            }
            repositories.forEach(ClickHouseTraceRepository::close);
        }
    }

    @Test
    void calls_tableDroppedWhileOpen() {
        try (ClickHouseTraceRepository repository = open("")) {
            List<TraceSpan> spans = Failing.spans(tenant, 2);
            server.execute("DROP TABLE " + database + ".spans SYNC");

            Failing.assertFails(server, CorruptStoreException.class, () -> repository.storeSpans(spans))
                    .startsWith(displayUrl() + " (insert into spans): a table or the database is missing; opening the"
                            + " store again creates it, empty. Code 60: ")
                    .contains(database + ".spans");
            Failing.assertFails(server, CorruptStoreException.class, () -> Failing.stored(repository, spans))
                    .startsWith(displayUrl() + " (traces): a table or the database is missing;");
        }
    }

    /** Locations and rows are sent at the same time: rows must not stay if their locations fail. */
    @Test
    void storeSpans_locationsFail_leavesNoRows() {
        try (ClickHouseTraceRepository repository = open("")) {
            List<TraceSpan> spans = Failing.spans(tenant, 200, Failing.noise(10_000));
            server.execute("DROP TABLE " + database + ".span_places SYNC");

            Failing.assertFails(server, CorruptStoreException.class, () -> repository.storeSpans(spans))
                    .startsWith(displayUrl() + " (insert into places): a table or the database is missing;");
            assertThat(server.execute("SELECT count() FROM " + database + ".spans")
                            .strip())
                    .isEqualTo("0");
        }
    }

    @Test
    void open_tableDropped_makesItAnew() {
        List<TraceSpan> spans = Failing.spans(tenant, 2);
        open("").close();
        server.execute("DROP TABLE " + database + ".spans SYNC");

        try (ClickHouseTraceRepository repository = open("")) {
            repository.storeSpans(spans);
            assertThat(Failing.stored(repository, spans)).isEqualTo(spans);
        }
    }

    @Test
    void calls_databaseDroppedWhileOpen() {
        try (ClickHouseTraceRepository repository = open("")) {
            List<TraceSpan> spans = Failing.spans(tenant, 2);
            server.execute("DROP DATABASE " + database + " SYNC");

            Failing.assertFails(server, CorruptStoreException.class, () -> repository.storeSpans(spans))
                    .startsWith(displayUrl() + " (insert into places): a table or the database is missing;");
            Failing.assertFails(server, CorruptStoreException.class, () -> Failing.stored(repository, spans))
                    .startsWith(displayUrl() + " (traces): a table or the database is missing;");
        }
    }

    @Test
    void storeSpans_tooManyParts() {
        try (ClickHouseTraceRepository repository = open("")) {
            server.execute("SYSTEM STOP MERGES " + database + ".spans");
            List<List<TraceSpan>> acknowledged = new ArrayList<>();
            for (int i = 0; i < MAX_PARTS; i++) {
                acknowledged.add(Failing.spans(tenant, 2));
                repository.storeSpans(acknowledged.get(i));
            }
            List<TraceSpan> refused = Failing.spans(tenant, 2);

            Failing.assertFails(server, OverloadedException.class, () -> repository.storeSpans(refused))
                    .startsWith(displayUrl() + " (insert into spans): too many parts: merges fall behind writes."
                            + " Write larger batches, or wait. Code 252: ");
            assertThat(Failing.stored(repository, refused)).isEmpty();
            assertThat(repository.stats(tenant).totalSpans()).isEqualTo(2 * MAX_PARTS);

            server.execute("SYSTEM START MERGES " + database + ".spans");
            Awaitility.await()
                    .atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(OverloadedException.class)
                    .untilAsserted(() -> repository.storeSpans(refused));
            acknowledged.add(refused);
            assertThat(acknowledged)
                    .allSatisfy(spans ->
                            assertThat(Failing.stored(repository, spans)).isEqualTo(spans));
            assertThat(repository.stats(tenant).totalSpans()).isEqualTo(2 * MAX_PARTS + 2);
        }
    }

    @Test
    void query_beyondItsMemory() {
        try (ClickHouseTraceRepository repository = open("?max_query_memory_mb=16");
                ClickHouseTraceRepository unbounded = open("")) {
            List<TraceSpan> spans = Failing.spans(tenant, 60, Failing.noise(1 << 20));
            unbounded.storeSpans(spans);

            Failing.assertFails(server, OverloadedException.class, () -> Failing.stored(repository, spans))
                    .startsWith(displayUrl()
                            + " (traces): out of memory on the server; max_query_memory_mb is 16. Narrow the"
                            + " query, or give the server more. Code 241: ");
            assertThat(repository.stats(tenant).totalSpans()).isEqualTo(60);
            assertThat(Failing.stored(unbounded, spans)).isEqualTo(spans);
        }
    }

    @Test
    void storeSpans_beyondItsMemory() {
        try (ClickHouseTraceRepository repository = open("?max_query_memory_mb=48")) {
            List<TraceSpan> large = Failing.spans(tenant, 60, Failing.noise(1 << 20));

            Failing.assertFails(server, OverloadedException.class, () -> repository.storeSpans(large))
                    .startsWith(displayUrl()
                            + " (insert into spans): out of memory on the server; max_query_memory_mb is 48.");
            assertThat(Failing.stored(repository, large)).isEmpty();
            assertThat(repository.stats(tenant).totalSpans()).isZero();
        }
    }

    @Test
    void query_beyondItsTime() {
        open("").close();
        try (Database impatient =
                new Database(ClickHouseSettings.parse(server.url(database) + "?query_timeout_ms=200"))) {
            Failing.assertFails(server, OverloadedException.class, () -> impatient.number(ENDLESS))
                    .startsWith(
                            displayUrl() + " (endless): query_timeout_ms reached (200); narrow the query, or raise it."
                                    + " Code 159: ");
        }
    }

    @Test
    void query_ofAnInterruptedThread() throws Exception {
        open("").close();
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        CompletableFuture<Boolean> stillInterrupted = new CompletableFuture<>();
        try (Database patient =
                new Database(ClickHouseSettings.parse(server.url(database) + "?query_timeout_ms=3600000"))) {
            Thread reader = new Thread(() -> {
                failure.complete(catchThrowable(() -> patient.number(ENDLESS)));
                stillInterrupted.complete(Thread.currentThread().isInterrupted());
            });
            reader.start();
            awaitStatements(1);
            reader.interrupt();

            assertThat(failure.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isExactlyInstanceOf(UnavailableException.class)
                    .hasMessage(displayUrl() + " (endless): the thread was interrupted before the answer was there.");
            assertThat(stillInterrupted.join()).isTrue();
            awaitStatements(0);
            assertThat(patient.number(Sql.of("next", "SELECT toUInt64(7)"))).isEqualTo(7);
        }
    }

    /** Waits until exactly this many statements run on the database of the test. */
    private void awaitStatements(int count) {
        String sql = "SELECT count() FROM system.processes WHERE current_database = '" + database + "'";
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> server.execute(sql).strip().equals(Integer.toString(count)));
    }

    @Test
    void storeSpans_serverOutOfMemory() {
        ClickHouseServerOptions small =
                Failing.options().memoryLimitBytes(300_000_000).build();
        try (ClickHouseServer smallServer = ClickHouseServer.start(small);
                ClickHouseTraceRepository repository = Failing.open(smallServer, "")) {
            List<TraceSpan> before = Failing.spans(tenant, 2);
            repository.storeSpans(before);
            List<TraceSpan> large = Failing.spans(tenant, 60, Failing.noise(1 << 21));

            Failing.assertFails(smallServer, OverloadedException.class, () -> repository.storeSpans(large))
                    .startsWith(Failing.displayUrl(smallServer) + " (insert into spans): out of memory on the server;");
            assertThat(Failing.stored(repository, before)).isEqualTo(before);
            assertThat(Failing.stored(repository, large)).isEmpty();
            assertThat(repository.stats(tenant).totalSpans()).isEqualTo(2);
        }
    }

    @Test
    void open_portOfTheNativeProtocol() {
        String url = server.url(database).replace(":" + server.httpPort(), ":" + server.nativePort());

        Failing.assertFails(server, UnavailableException.class, () -> Failing.open(url))
                .startsWith("clickhouse://127.0.0.1:" + server.nativePort() + "/" + database);
    }

    private static <T> List<T> inThreads(int count, Callable<T> work) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(count);
        try {
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                futures.add(executor.submit(work));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }
}
