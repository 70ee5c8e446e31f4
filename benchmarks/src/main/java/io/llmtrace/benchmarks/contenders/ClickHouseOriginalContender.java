package io.llmtrace.benchmarks.contenders;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmtrace.benchmarks.environment.ClickHouseDatabase;
import io.llmtrace.benchmarks.environment.Sql;
import io.llmtrace.benchmarks.load.Batches;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Baseline (b): the design that llmtrace replaces. It has two tables, inserts each trace into both, and joins them for lists.
 * Its reads fetch all columns of their rows, but make no objects of them.
 */
public final class ClickHouseOriginalContender implements ClickHouseContender {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public Store open(Path folder) {
        return new OriginalStore(create(ClickHouseDatabase.of(folder)), false);
    }

    @Override
    public Store openToFill(Path folder) {
        return new OriginalStore(create(ClickHouseDatabase.of(folder)), true);
    }

    /** Opens the two tables, and creates them where they are missing. */
    public static ClickHouseDatabase create(ClickHouseDatabase database) {
        database.create();
        database.executeAll(Sql.read("clickhouse_original_schema.sql"));
        return database;
    }

    /** @param insertPerBatch inserts whole batches, to fill a store: the original design makes two inserts for each trace */
    private record OriginalStore(ClickHouseDatabase database, boolean insertPerBatch) implements Store {

        @Override
        public void write(List<TraceSpan> batch) {
            Collection<List<TraceSpan>> traces = Batches.byTrace(batch);
            if (insertPerBatch) {
                insertAll(traces);
                return;
            }
            traces.forEach(trace -> insertAll(List.of(trace)));
        }

        private void insertAll(Collection<List<TraceSpan>> traces) {
            List<Map<String, @Nullable Object>> traceRows = new ArrayList<>();
            List<Map<String, @Nullable Object>> spanRows = new ArrayList<>();
            for (List<TraceSpan> spans : traces) {
                traceRows.add(traceRow(Batches.earliest(spans)));
                spans.forEach(span -> spanRows.add(spanRow(span)));
            }
            insert("traces", traceRows);
            insert("spans", spanRows);
        }

        private void insert(String table, List<Map<String, @Nullable Object>> rows) {
            String sql = "INSERT INTO " + table + " SETTINGS date_time_input_format = 'best_effort' FORMAT JSONEachRow";
            String body = rows.stream().map(OriginalStore::json).collect(Collectors.joining("\n"));
            database.server().insert(database.name(), "original: insert", sql, body.getBytes(StandardCharsets.UTF_8));
        }

        private static Map<String, @Nullable Object> traceRow(TraceSpan earliest) {
            Map<String, @Nullable Object> row = new HashMap<>();
            row.put("trace_id", earliest.traceId().toString());
            row.put("tenant_id", earliest.tenantId().toString());
            row.put("created_at", earliest.startTime().toString());
            return row;
        }

        private static Map<String, @Nullable Object> spanRow(TraceSpan span) {
            Map<String, @Nullable Object> row = new HashMap<>();
            OriginalColumns.ALL.forEach(
                    column -> row.put(column.name(), column.value().apply(span)));
            return row;
        }

        private static String json(Map<String, @Nullable Object> row) {
            try {
                return JSON.writeValueAsString(row);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a row of the baseline cannot be written: " + e.getMessage(), e);
            }
        }

        @Override
        public int page(TraceQuery query) {
            String sql = Sql.read("clickhouse_original_page.sql")
                    .replace("${filters}", filters(query))
                    .replace("${tenant}", query.tenantId().toString())
                    .replace("${limit}", Integer.toString(query.limit()));
            List<String> ids = database.rows("original: page", sql).stream()
                    .map(row -> row.get(0))
                    .distinct()
                    .toList();
            if (ids.isEmpty()) {
                return 0;
            }
            String where = " WHERE tenant_id = '" + query.tenantId() + "' AND trace_id IN ('" + String.join("', '", ids)
                    + "')";
            fetch("original: traces of a page", "SELECT * FROM traces" + where);
            fetch("original: spans of a page", "SELECT * FROM spans" + where);
            return ids.size();
        }

        private static String filters(TraceQuery query) {
            List<String> filters = new ArrayList<>();
            if (query.value(SpanField.MODEL_NAME) != null) {
                filters.add("s.model_name = '" + query.value(SpanField.MODEL_NAME) + "'");
            }
            if (query.startTime() != null) {
                filters.add("s.start_time >= " + time(query.startTime()));
            }
            if (query.endTime() != null) {
                filters.add("s.start_time <= " + time(query.endTime()));
            }
            query.tags()
                    .forEach((key, value) -> filters.add("JSONExtractString(s.tags, '" + key + "') = '" + value + "'"));
            query.terms()
                    .forEach(term -> filters.add(
                            "(s.prompt LIKE '%" + term.word() + "%' OR s.response LIKE '%" + term.word() + "%')"));
            return filters.stream().map(filter -> " AND " + filter).collect(Collectors.joining());
        }

        private static String time(Instant time) {
            return "fromUnixTimestamp64Milli(" + time.toEpochMilli() + ", 'UTC')";
        }

        @Override
        public int trace(UUID tenantId, UUID traceId) {
            return fetch(
                    "original: trace",
                    "SELECT * FROM spans WHERE tenant_id = '" + tenantId + "' AND trace_id = '" + traceId + "'");
        }

        @Override
        public int span(UUID tenantId, UUID spanId) {
            return fetch(
                    "original: span",
                    "SELECT * FROM spans WHERE tenant_id = '" + tenantId + "' AND span_id = '" + spanId + "'");
        }

        @Override
        public long stats(UUID tenantId) {
            long spans = 0;
            for (String table : List.of("traces", "spans")) {
                String sql = Sql.read("clickhouse_original_stats_of_" + table + ".sql")
                        .replace("${tenant}", tenantId.toString());
                spans = Long.parseLong(
                        database.rows("original: statistics", sql).get(0).get(0));
            }
            return spans;
        }

        /** Returns the rows as text, a row on each line. */
        private int fetch(String name, String sql) {
            return database.rows(name, sql).size();
        }

        @Override
        public void settle() {}

        @Override
        public void close() {}
    }
}
