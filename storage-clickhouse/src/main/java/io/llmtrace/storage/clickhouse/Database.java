package io.llmtrace.storage.clickhouse;

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
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.UnavailableException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The servers, over HTTP. Everything that is sent may be sent again: reads anyway, and what llmtrace writes replaces itself. So
 * where a server cannot be reached, the next one of a cluster is asked.
 */
final class Database implements AutoCloseable {

    private static final int MAX_CONNECTIONS = 64;
    /** Compiled, min() and max() of times before 1970 are wrong (seen with 26.7): their numbers are compared as unsigned. */
    private static final String COMPILE_AGGREGATES = "compile_aggregate_expressions";
    /** Of an answer, before the server sends it: up to here in its memory, the rest in a file. */
    private static final String BUFFERED_BYTES = Integer.toString(4 << 20);
    /** Below the 3 s after which old servers close a connection that nobody uses. */
    private static final long KEEP_ALIVE_SECONDS = 2;

    /** A write is done when each copy of its shard has it; a read asks the same copies each time, while they are up. */
    private static final Map<String, String> IN_CLUSTER = Map.of(
            "distributed_foreground_insert", "1",
            "insert_quorum", "auto",
            // Or a shard would copy rows to itself alone, and not to its other copies.
            "parallel_distributed_insert_select", "0",
            // All that is read together is of one trace, and so on one shard.
            "distributed_product_mode", "local",
            "optimize_skip_unused_shards", "1",
            "load_balancing", "in_order");

    private final ClickHouseSettings settings;
    private final List<Server> servers;
    private volatile int preferred;
    private volatile boolean closed;

    Database(ClickHouseSettings settings) {
        this(settings, settings.database());
    }

    private Database(ClickHouseSettings settings, String name) {
        this(
                settings,
                settings.servers().stream()
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

    /** The same servers in their database {@code default}, which is there before ours is. */
    Database inDefault() {
        return new Database(settings, "default");
    }

    /** Each server for itself, to do there what the others must do for themselves. Not to be closed. */
    List<Database> nodes() {
        requireOpen();
        return servers.stream()
                .map(server -> new Database(settings.at(server.endpoint), List.of(server)))
                .toList();
    }

    interface RowReader<T> {
        T read(RowInput row) throws IOException;
    }

    /** Writes rows in the format RowBinary; may be asked to do so twice. */
    interface RowsWriter {
        void writeTo(OutputStream out) throws IOException;
    }

    ClickHouseSettings settings() {
        return settings;
    }

    /** All rows of the answer, which the server has in full before it sends the first: a late error is an error, not half an answer. */
    <T> List<T> read(Sql sql, RowReader<T> reader) {
        try {
            return readOnce(sql, reader);
        } catch (UnavailableException e) {
            if (settings.cluster() == null || !Failures.isLostNode(e)) {
                throw e;
            }
            return readOnce(sql, reader);
        }
    }

    private <T> List<T> readOnce(Sql sql, RowReader<T> reader) {
        return onAnyServer(sql, server -> {
            String queryId = UUID.randomUUID().toString();
            QuerySettings query = querySettings(sql).setQueryId(queryId);
            ReadWatch.SETTINGS.forEach(query::serverSetting);
            try (ReadWatch watch = ReadWatch.begin(server.client, queryId);
                    QueryResponse response = server.client
                            .query(sql.text(), sql.parameters(), query)
                            .get()) {
                RowInput rows = new RowInput(response.getInputStream());
                List<T> all = new ArrayList<>();
                while (rows.hasNext()) {
                    all.add(readRow(rows, reader, sql));
                }
                return all;
            }
        });
    }

    private <T> T readRow(RowInput rows, RowReader<T> reader, Sql sql) throws IOException {
        try {
            return reader.read(rows);
        } catch (IllegalArgumentException e) {
            throw new CorruptStoreException(
                    settings.displayUrl() + " (" + sql.name() + "): a row cannot be read: " + e.getMessage(), e);
        }
    }

    interface RowConsumer {
        void accept(RowInput row) throws IOException;
    }

    /** Hands on the rows of an answer of any length as they come. If it fails on the way, what came is good. */
    void stream(Sql sql, RowConsumer consumer) {
        onAnyServer(sql, server -> {
            QuerySettings query =
                    querySettings(sql).serverSetting("wait_end_of_query", "0").serverSetting("max_execution_time", "0");
            try (QueryResponse response =
                    server.client.query(sql.text(), sql.parameters(), query).get()) {
                RowInput rows = new RowInput(response.getInputStream());
                while (rows.hasNext()) {
                    consumer.accept(rows);
                }
                return true;
            }
        });
    }

    <T> @Nullable T first(Sql sql, RowReader<T> reader) {
        List<T> rows = read(sql, reader);
        return rows.isEmpty() ? null : rows.get(0);
    }

    /** @param sql gives one row of one {@code UInt64} or {@code Int64} */
    long number(Sql sql) {
        Long number = first(sql, RowInput::readLong);
        return number == null ? 0 : number;
    }

    /** A statement without an answer, within the time that writes may take. */
    void execute(Sql sql) {
        onAnyServer(sql, server -> {
            executeOn(server.client, sql);
            return true;
        });
    }

    void insert(String table, List<String> columns, RowsWriter rows) {
        Sql sql = Sql.of("insert into " + table, "");
        InsertSettings insert = new InsertSettings()
                .logComment("llmtrace: " + sql.name())
                // One block is one part: it is there as a whole or not at all.
                .serverSetting("input_format_parallel_parsing", "0")
                .serverSetting("max_insert_block_size", "1000000000")
                .serverSetting("max_insert_block_size_bytes", "0")
                .serverSetting("min_insert_block_size_rows", "0")
                .serverSetting("min_insert_block_size_bytes", "0")
                .serverSetting("async_insert", "0")
                .serverSetting("max_memory_usage", maxMemory())
                .serverSetting(COMPILE_AGGREGATES, "0")
                .serverSetting("insert_deduplicate", "0")
                // The first merge makes it; until then the rows are few enough to look through.
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

    void requireOpen() {
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
                // RowBinary is no work to format: the threads for it would cost more than they save.
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
                        || Thread.currentThread().isInterrupted()) {
                    throw e; // reached, and it answered; or nobody waits any more
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
                // Parameters go into the body: a URL has no room for a thousand ids.
                .useHttpFormDataForQuery(true)
                // A connection that the server has closed meanwhile.
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
