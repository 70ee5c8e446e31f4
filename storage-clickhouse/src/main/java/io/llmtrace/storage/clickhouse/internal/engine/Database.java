package io.llmtrace.storage.clickhouse.internal.engine;

import com.clickhouse.client.api.ClickHouseException;
import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.ClientFaultCause;
import com.clickhouse.client.api.DataStreamWriter;
import com.clickhouse.client.api.ServerException;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.client.api.query.QueryResponse;
import com.clickhouse.client.api.query.QuerySettings;
import com.clickhouse.data.ClickHouseFormat;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.clickhouse.ClickHouseSettings;
import io.llmtrace.storage.spi.ReadMemory;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A database on one server or on the nodes of a cluster, over HTTP. Every statement may be sent twice, since a row written again
 * replaces itself; so a statement that cannot reach one node is sent to the next.
 */
public final class Database implements AutoCloseable {

    private static final int MAX_CONNECTIONS = 64;
    private static final String MAX_READ = "max_read_mb";
    /** Switched off: compiled min() and max() compare times before 1970 as unsigned and are wrong (seen with 26.7). */
    private static final String COMPILE_AGGREGATES = "compile_aggregate_expressions";
    /** The server keeps an answer until it is complete: up to this size in memory, the rest in a file. */
    private static final String BUFFERED_BYTES = Integer.toString(4 << 20);
    /** Of the server's disk: 64 MiB. */
    private static final String KEPT_FREE_FOR_DELETES = Integer.toString(64 << 20);
    /** Shorter than the 3 s after which old servers close an idle connection. */
    private static final long KEEP_ALIVE_SECONDS = 2;

    /** A write returns when the replicas of its shard have it; reads prefer the same replica each time, as long as it is up. */
    private static final Map<String, String> IN_CLUSTER = Map.of(
            "distributed_foreground_insert", "1",
            "insert_quorum", "auto",
            // With another value, a shard copies selected rows to itself only, not to its other replicas.
            "parallel_distributed_insert_select", "0",
            // Subqueries are about the same traces as their statement, so the shard at hand has all of their rows.
            "distributed_product_mode", "local",
            "optimize_skip_unused_shards", "1",
            "load_balancing", "in_order");

    private final ClickHouseSettings settings;
    private final List<Server> servers;
    private volatile int preferred;
    private volatile boolean closed;

    public Database(ClickHouseSettings settings) {
        this(settings, settings.database());
    }

    private Database(ClickHouseSettings settings, String name) {
        this(
                settings,
                settings.endpoints().stream()
                        .map(text -> Endpoint.parse(text, settings.tls(), "HOST:PORT"))
                        .map(endpoint -> new Server(
                                endpoint,
                                client(settings, endpoint, name),
                                new InsertClient(() -> client(settings, endpoint, name))))
                        .toList());
    }

    private Database(ClickHouseSettings settings, List<Server> servers) {
        this.settings = settings;
        this.servers = servers;
    }

    private record Server(Endpoint endpoint, Client client, InsertClient inserts) {}

    /** Returns a connection to the database {@code default} of the same servers, which exists before ours does. */
    Database inDefault() {
        return new Database(settings, "default");
    }

    /** Returns a database for each node alone. They share the connections of this one, and must not be closed. */
    public List<Database> nodes() {
        requireOpen();
        return servers.stream()
                .map(server -> new Database(settings.withEndpoint(server.endpoint.toString()), List.of(server)))
                .toList();
    }

    /** Reads one row of an answer. */
    public interface RowMapper<T> {
        T read(RowInput row) throws IOException;
    }

    /** Writes rows in the format RowBinary. It is called again if the insert is sent again. */
    public interface RowsWriter {
        void writeTo(OutputStream out) throws IOException;
    }

    public ClickHouseSettings settings() {
        return settings;
    }

    /**
     * Returns all rows of an answer, which are part of the result of a call: their memory stays taken, see {@link ReadMemory}. The
     * server sends the first row only when the answer is complete, so that an error that occurs late cannot leave half an answer.
     */
    public <T> List<T> read(Sql sql, RowMapper<T> mapper) {
        return readRows(sql, mapper, ReadMemory::keepResult);
    }

    /**
     * Returns all rows of an answer as {@link #read} does, but of one that only leads to the result, such as keys: its memory is
     * given back, so that a call which looks at many rows has room for its result. Only for answers that are bounded, or small beside
     * the result.
     */
    public <T> List<T> lookUp(Sql sql, RowMapper<T> mapper) {
        return readRows(sql, mapper, memory -> {});
    }

    private <T> List<T> readRows(Sql sql, RowMapper<T> mapper, Consumer<ReadMemory> complete) {
        try {
            return readOnce(sql, mapper, complete);
        } catch (UnavailableException e) {
            if (settings.cluster() == null || !Failures.isLostNode(e)) {
                throw e;
            }
            return readOnce(sql, mapper, complete);
        }
    }

    private <T> List<T> readOnce(Sql sql, RowMapper<T> mapper, Consumer<ReadMemory> complete) {
        return onAnyServer(sql, server -> {
            String queryId = UUID.randomUUID().toString();
            QuerySettings query = querySettings(sql).setQueryId(queryId);
            ReadWatch.SETTINGS.forEach(query::serverSetting);
            try (ReadWatch watch = ReadWatch.begin(server.client, queryId);
                    ReadMemory memory = ReadMemory.ofRead((long) settings.maxReadMb() << 20, MAX_READ);
                    QueryResponse response = server.client
                            .query(sql.text(), sql.parameters(), query)
                            .get()) {
                RowInput rows = new RowInput(response.getInputStream(), memory);
                List<T> all = new ArrayList<>();
                try {
                    while (rows.hasNext()) {
                        all.add(readRow(rows, mapper, sql));
                        rows.endRow();
                    }
                } catch (OverloadedException e) {
                    // Otherwise, closing the answer would read the rest of it.
                    server.client.cancelTransportRequest(queryId);
                    throw e;
                }
                complete.accept(memory);
                return all;
            }
        });
    }

    private <T> T readRow(RowInput rows, RowMapper<T> mapper, Sql sql) throws IOException {
        try {
            return mapper.read(rows);
        } catch (IllegalArgumentException e) {
            throw new CorruptStoreException(
                    settings.displayUrl() + " (" + sql.name() + "): a row cannot be read: " + e.getMessage(), e);
        }
    }

    /** Receives the rows of an answer one by one. */
    public interface RowConsumer {
        void accept(RowInput row) throws IOException;
    }

    /** Passes on the rows of an answer of any length as they arrive. If it fails, the rows passed on so far are valid. */
    public void stream(Sql sql, RowConsumer consumer) {
        streamWhile(sql, row -> {
            consumer.accept(row);
            return true;
        });
    }

    /** Receives the rows of an answer one by one, and returns whether it wants more. */
    public interface RowTaker {
        boolean take(RowInput row) throws IOException;
    }

    /** Passes on rows as {@link #stream} does, until the taker wants no more. The server then ends the statement. */
    public void streamWhile(Sql sql, RowTaker taker) {
        onAnyServer(sql, server -> {
            QuerySettings query =
                    querySettings(sql).serverSetting("wait_end_of_query", "0").serverSetting("max_execution_time", "0");
            try (QueryResponse response =
                    server.client.query(sql.text(), sql.parameters(), query).get()) {
                RowInput rows = new RowInput(response.getInputStream());
                boolean more = true;
                while (more && rows.hasNext()) {
                    more = taker.take(rows);
                }
                return true;
            }
        });
    }

    /** Returns the first row of an answer, which is no part of a result, or null if it is empty. */
    public <T> @Nullable T first(Sql sql, RowMapper<T> mapper) {
        List<T> rows = lookUp(sql, mapper);
        return rows.isEmpty() ? null : rows.get(0);
    }

    /**
     * Returns the only number of an answer, or 0 if it is empty.
     *
     * @param sql selects one row of one {@code UInt64} or {@code Int64}
     */
    public long number(Sql sql) {
        Long number = first(sql, RowInput::readLong);
        return number == null ? 0 : number;
    }

    /** Runs a statement that has no answer, within the timeout of writes. */
    public void execute(Sql sql) {
        onAnyServer(sql, server -> {
            executeOn(server.client, sql);
            return true;
        });
    }

    /**
     * Inserts rows as one block, which is visible as a whole or not at all.
     *
     * @param columns the columns that {@code rows} writes, in its order
     */
    public void insert(String table, List<String> columns, RowsWriter rows) {
        Sql sql = Sql.of("insert into " + table, "");
        InsertSettings insert = new InsertSettings()
                .logComment("llmtrace: " + sql.name())
                // One block becomes one part, which is visible as a whole or not at all.
                .serverSetting("input_format_parallel_parsing", "0")
                .serverSetting("max_insert_block_size", "1000000000")
                .serverSetting("max_insert_block_size_bytes", "0")
                .serverSetting("min_insert_block_size_rows", "0")
                .serverSetting("min_insert_block_size_bytes", "0")
                .serverSetting("async_insert", "0")
                .serverSetting("max_memory_usage", maxMemory())
                .serverSetting(COMPILE_AGGREGATES, "0")
                .serverSetting("insert_deduplicate", "0")
                // Deletes insert rows, too, and by other statements: they have this space when there is none for spans.
                .serverSetting("min_free_disk_bytes_to_perform_insert", KEPT_FREE_FOR_DELETES)
                // The first merge builds this index; until then there are few enough rows to scan.
                .serverSetting("exclude_materialize_skip_indexes_on_insert", "words")
                .serverSetting("max_execution_time", seconds(settings.writeTimeout()));
        if (settings.cluster() != null) {
            IN_CLUSTER.forEach(insert::serverSetting);
        }
        insert.setNetworkTimeout(settings.writeTimeout().toMillis(), ChronoUnit.MILLIS);
        DataStreamWriter writer = rows::writeTo;
        onAnyServer(sql, server -> {
            server.inserts.call(
                    settings.writeTimeout(),
                    client -> client.insert(table, columns, writer, ClickHouseFormat.RowBinary, insert)
                            .get()
                            .close());
            return true;
        });
    }

    @Override
    public void close() {
        closed = true;
        for (Server server : servers) {
            server.inserts.close();
            server.client.close();
        }
    }

    /** Returns whether a call failed because the server's disk is full. */
    public static boolean isFull(StorageException failure) {
        return Failures.isFull(failure);
    }

    /**
     * Checks that the database is not closed.
     *
     * @throws IllegalStateException if it is
     */
    public void requireOpen() {
        if (closed) {
            throw new IllegalStateException("repository is closed: " + settings.displayUrl());
        }
    }

    private void executeOn(Client server, Sql sql) throws Exception {
        QuerySettings query = querySettings(sql).serverSetting("max_execution_time", seconds(settings.writeTimeout()));
        query.setNetworkTimeout(settings.writeTimeout().toMillis(), ChronoUnit.MILLIS);
        try (QueryResponse response =
                server.query(sql.text(), sql.parameters(), query).get()) {
            response.getInputStream().readAllBytes();
        }
    }

    private QuerySettings querySettings(Sql sql) {
        QuerySettings query = new QuerySettings()
                .setFormat(ClickHouseFormat.RowBinary)
                .logComment("llmtrace: " + sql.name())
                .serverSetting("wait_end_of_query", "1")
                .serverSetting("http_response_buffer_size", BUFFERED_BYTES)
                // RowBinary needs hardly any formatting, so threads for it cost more than they save.
                .serverSetting("output_format_parallel_formatting", "0")
                .serverSetting(COMPILE_AGGREGATES, "0")
                .serverSetting("max_execution_time", seconds(settings.queryTimeout()))
                .serverSetting("max_memory_usage", maxMemory());
        if (settings.cluster() != null) {
            IN_CLUSTER.forEach(query::serverSetting);
        }
        query.setNetworkTimeout(settings.queryTimeout().plusSeconds(5).toMillis(), ChronoUnit.MILLIS);
        return query;
    }

    private String maxMemory() {
        return Long.toString((long) settings.maxQueryMemoryMb() << 20);
    }

    private static String seconds(Duration duration) {
        return Double.toString(duration.toMillis() / 1_000.0);
    }

    private interface Call<S, T> {
        T on(S server) throws Exception;
    }

    private <T> T onAnyServer(Sql sql, Call<Server, T> call) {
        requireOpen();
        int first = preferred;
        StorageException failure = null;
        for (int i = 0; i < servers.size(); i++) {
            int index = (first + i) % servers.size();
            try {
                T answer = on(servers.get(index), sql, call);
                preferred = index;
                return answer;
            } catch (StorageException e) {
                if (e.getCause() instanceof ServerException
                        || e instanceof OverloadedException
                        || Thread.currentThread().isInterrupted()) {
                    throw e; // the server answered, or nobody waits for an answer or has room for it
                }
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        throw failure;
    }

    private <S, T> T on(S server, Sql sql, Call<S, T> call) {
        try {
            return call.on(server);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failures.of(e, sql, settings);
        } catch (Exception e) {
            requireOpen();
            throw Failures.of(e, sql, settings);
        }
    }

    private static Client client(ClickHouseSettings settings, Endpoint endpoint, String database) {
        Client.Builder builder = new Client.Builder()
                .addEndpoint((settings.tls() ? "https://" : "http://") + endpoint)
                .setUsername(settings.user())
                .setPassword(settings.password())
                .setDefaultDatabase(database)
                .setClientName("llmtrace")
                .setConnectTimeout(settings.connectTimeout().toMillis())
                .setConnectionRequestTimeout(settings.queryTimeout().toMillis(), ChronoUnit.MILLIS)
                .setSocketTimeout(settings.writeTimeout().toMillis())
                .setMaxConnections(MAX_CONNECTIONS)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS, ChronoUnit.SECONDS)
                .compressServerResponse(false)
                .compressClientRequest(settings.compress())
                .useServerTimeZone(false)
                .useTimeZone("UTC")
                // Parameters go into the body, since a URL has no room for a thousand ids.
                .useHttpFormDataForQuery(true)
                // The server may have closed an idle connection.
                .retryOnFailures(ClientFaultCause.NoHttpResponse)
                .setMaxRetries(1);
        if (settings.tlsCaFile() != null) {
            builder.setRootCertificate(settings.tlsCaFile());
        }
        try {
            return builder.build();
        } catch (ClickHouseException e) {
            throw Failures.ofSettings(e, settings);
        }
    }
}
