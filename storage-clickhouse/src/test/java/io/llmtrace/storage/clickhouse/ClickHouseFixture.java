package io.llmtrace.storage.clickhouse;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.testkit.RepositoryFixture;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Each store is a database of its own, on one server for all tests. While a test runs, the next one's store is made and the
 * last one's removed.
 */
final class ClickHouseFixture implements RepositoryFixture {

    private final Map<TraceRepository, String> databases = new ConcurrentHashMap<>();
    private final ExecutorService aside = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "clickhouse-fixture");
        thread.setDaemon(true);
        return thread;
    });
    private CompletableFuture<TraceRepository> next = CompletableFuture.supplyAsync(this::create, aside);

    /** Started with the first test that needs it, ended with the JVM. */
    private static final class Shared {
        private static final ClickHouseServer SERVER = ClickHouseServer.start();
    }

    static ClickHouseServer server() {
        return Shared.SERVER;
    }

    static String newDatabaseName() {
        return "test_" + UUID.randomUUID().toString().replace('-', '_');
    }

    @Override
    public synchronized TraceRepository newRepository() {
        TraceRepository repository = next.join();
        next = CompletableFuture.supplyAsync(this::create, aside);
        return repository;
    }

    @Override
    public TraceRepository restart(TraceRepository repository) {
        repository.close();
        return open(Objects.requireNonNull(databases.remove(repository)));
    }

    @Override
    public boolean isRestartable() {
        return true;
    }

    @Override
    public void compact(TraceRepository repository) {
        ((ClickHouseTraceRepository) repository).compact();
    }

    @Override
    public void clear(TraceRepository repository) {
        repository.close();
        String database = Objects.requireNonNull(databases.remove(repository));
        aside.execute(() -> server().execute("DROP DATABASE " + database));
    }

    private TraceRepository create() {
        return open(newDatabaseName());
    }

    private TraceRepository open(String database) {
        TraceRepository repository = ClickHouseTraceRepository.open(ClickHouseSettings.parse(server().url(database)));
        databases.put(repository, database);
        return repository;
    }
}
