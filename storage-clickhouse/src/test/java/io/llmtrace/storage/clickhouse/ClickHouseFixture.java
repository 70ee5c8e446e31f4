package io.llmtrace.storage.clickhouse;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.testkit.RepositoryFixture;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Each store is a database of its own, on one server for all tests. */
final class ClickHouseFixture implements RepositoryFixture {

    private final Map<TraceRepository, String> databases = new ConcurrentHashMap<>();

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
    public TraceRepository newRepository() {
        return open(newDatabaseName());
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
        server().execute("DROP DATABASE " + databases.remove(repository) + " SYNC");
    }

    private TraceRepository open(String database) {
        TraceRepository repository = ClickHouseTraceRepository.open(ClickHouseSettings.parse(server().url(database)));
        databases.put(repository, database);
        return repository;
    }
}
