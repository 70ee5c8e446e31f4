package io.llmtrace.benchmarks.contenders;

import io.llmtrace.benchmarks.environment.ClickHouseDatabase;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceRepositories;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Baseline (a): the limit set by the server. The rows that llmtrace would write to its table of spans are encoded before the clock
 * starts, and are inserted into a copy of that table and no other.
 */
final class ReadyMadeContender implements ClickHouseContender {

    @Override
    public Store open(Path folder) {
        ClickHouseDatabase database = ClickHouseDatabase.of(folder);
        database.create();
        return new ReadyMadeStore(database);
    }

    private static final class ReadyMadeStore implements WriteOnlyStore {
        private final ClickHouseDatabase database;
        private final Map<List<TraceSpan>, byte[]> bodies = new IdentityHashMap<>();
        private String columns = "";

        ReadyMadeStore(ClickHouseDatabase database) {
            this.database = database;
        }

        /** Stores each batch with llmtrace in another database, and fetches the rows from there. */
        @Override
        public void prepare(List<List<TraceSpan>> batches) {
            ClickHouseDatabase source = database.beside("source");
            try (Store llmtrace = new RepositoryStore(TraceRepositories.open(source.url()))) {
                database.execute("CREATE TABLE spans AS " + source.name() + ".spans");
                columns = writtenColumns();
                for (List<TraceSpan> batch : batches) {
                    llmtrace.write(batch);
                    bodies.put(batch, rowsOf(batch, source));
                    source.execute("TRUNCATE TABLE spans");
                }
            }
            source.drop();
        }

        private String writtenColumns() {
            String sql = """
                    SELECT name FROM system.columns
                    WHERE database = currentDatabase() AND table = 'spans' AND default_kind NOT IN ('MATERIALIZED', 'ALIAS')
                    ORDER BY position""";
            return database.rows(sql).stream().map(row -> row.get(0)).collect(Collectors.joining(", "));
        }

        private byte[] rowsOf(List<TraceSpan> batch, ClickHouseDatabase source) {
            long stored = (long) source.number("SELECT count() FROM spans");
            if (stored != batch.size()) {
                throw new IllegalStateException(
                        "a batch of " + batch.size() + " spans is " + stored + " rows in spans");
            }
            // Rows sorted by the key would be less work for the server than rows in the order in which spans arrive.
            String sql = "SELECT " + columns + " FROM spans ORDER BY start_time, span_id FORMAT RowBinary";
            return source.server().query(source.name(), "ready-made rows", sql);
        }

        @Override
        public void write(List<TraceSpan> batch) {
            byte[] body = bodies.get(batch);
            if (body == null) {
                throw new IllegalStateException("a batch that was not prepared");
            }
            database.server()
                    .insert(
                            database.name(),
                            "insert ready-made rows",
                            // Merges build the index of words, as with llmtrace.
                            "INSERT INTO spans (" + columns
                                    + ") SETTINGS exclude_materialize_skip_indexes_on_insert = 'words' FORMAT RowBinary",
                            body);
        }

        @Override
        public void close() {}
    }
}
