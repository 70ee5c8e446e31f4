package io.llmtrace.storage.clickhouse;

import io.llmtrace.dev.clickhouse.ClickHouseCluster;
import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.testkit.RepositoryFixture;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Opens stores for tests, each in a database of its own. Creating a database takes longer than most tests, so it is emptied for a
 * later test, and the store of the next test is opened while one runs.
 */
public final class ClickHouseFixture implements RepositoryFixture {

    /** All tables but {@code store_properties}, in which the migration has noted that the store is new. */
    private static final List<String> TABLES =
            List.of("spans", "trace_places", "trace_times", "span_places", "deletions", "deleted_traces", "retention");

    private final Supplier<Servers> servers;
    private final Map<TraceRepository, String> databases = new ConcurrentHashMap<>();
    private final Queue<String> emptied = new ConcurrentLinkedQueue<>();
    private final ExecutorService background = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "clickhouse-fixture");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable CompletableFuture<TraceRepository> next;

    private ClickHouseFixture(Supplier<Servers> servers) {
        this.servers = servers;
    }

    /** @param suffix name suffix of the tables that hold rows */
    private record Servers(List<ClickHouseServer> nodes, UnaryOperator<String> urlOf, String suffix) {}

    /** Starts the server when the first test needs it; it ends with the JVM. */
    private static final class Shared {
        private static final ClickHouseServer SERVER = ClickHouseServer.start();
    }

    public static ClickHouseFixture onServer() {
        return new ClickHouseFixture(() -> new Servers(List.of(server()), server()::url, ""));
    }

    public static ClickHouseFixture onCluster(Supplier<ClickHouseCluster> cluster) {
        return new ClickHouseFixture(() -> new Servers(cluster.get().nodes(), cluster.get()::url, "_local"));
    }

    public static ClickHouseServer server() {
        return Shared.SERVER;
    }

    public static String newDatabaseName() {
        return "test_" + UUID.randomUUID().toString().replace('-', '_');
    }

    @Override
    public synchronized TraceRepository newRepository() {
        TraceRepository repository = next == null ? create() : next.join();
        next = CompletableFuture.supplyAsync(this::create, background);
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
        background.execute(() -> {
            for (ClickHouseServer node : servers.get().nodes()) {
                TABLES.forEach(table -> node.execute("TRUNCATE TABLE " + database + "." + table
                        + servers.get().suffix()));
            }
            emptied.add(database);
        });
    }

    private TraceRepository create() {
        String database = emptied.poll();
        return open(database == null ? newDatabaseName() : database);
    }

    private TraceRepository open(String database) {
        TraceRepository repository = ClickHouseTraceRepository.open(
                ClickHouseSettings.parse(servers.get().urlOf().apply(database)));
        databases.put(repository, database);
        return repository;
    }
}
