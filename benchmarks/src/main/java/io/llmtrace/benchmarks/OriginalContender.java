package io.llmtrace.benchmarks;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceSpan;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Baseline (b): the design that llmtrace replaces. Two tables of whole rows, ids and times as text, lists as JSON, five
 * indexes, a transaction for each trace. Its reads are the natural statements for that design.
 */
final class OriginalContender implements Contender {

    private static final List<Column> COLUMNS = List.of(
            new Column("tenant_id", "TEXT NOT NULL", span -> span.tenantId().toString()),
            new Column("trace_id", "TEXT NOT NULL", span -> span.traceId().toString()),
            new Column("span_id", "TEXT NOT NULL", span -> span.spanId().toString()),
            new Column("parent_span_id", "TEXT", span -> textOf(span.parentSpanId())),
            new Column("operation_name", "TEXT NOT NULL", TraceSpan::operationName),
            new Column("provider", "TEXT", span -> span.provider() == null ? null : TraceJson.write(span.provider())),
            new Column("model_name", "TEXT", TraceSpan::modelName),
            new Column("start_time", "TEXT NOT NULL", span -> span.startTime().toString()),
            new Column("end_time", "TEXT", span -> textOf(span.endTime())),
            new Column("duration_ms", "INTEGER", TraceSpan::durationMs),
            new Column("time_to_first_token_ms", "INTEGER", TraceSpan::timeToFirstTokenMs),
            new Column("prompt", "TEXT NOT NULL", span -> span.prompt() == null ? "" : span.prompt()),
            new Column("response", "TEXT", TraceSpan::response),
            new Column("prompt_tokens", "INTEGER", TraceSpan::promptTokens),
            new Column("completion_tokens", "INTEGER", TraceSpan::completionTokens),
            new Column("total_tokens", "INTEGER", TraceSpan::totalTokens),
            new Column("status_code", "INTEGER", TraceSpan::statusCode),
            new Column("error_message", "TEXT", TraceSpan::errorMessage),
            new Column("estimated_cost_usd", "REAL", TraceSpan::estimatedCostUsd),
            new Column("security_score", "INTEGER", TraceSpan::securityScore),
            new Column("security_findings", "TEXT NOT NULL", span -> TraceJson.write(span.securityFindings())),
            new Column("tags", "TEXT NOT NULL", span -> TraceJson.write(span.tags())),
            new Column("events", "TEXT NOT NULL", span -> TraceJson.write(span.events())),
            new Column("agent_actions", "TEXT NOT NULL", span -> TraceJson.write(span.agentActions())));

    private final RowReader rowReader;

    /** @param rowReader what is done with the rows of traces */
    OriginalContender(RowReader rowReader) {
        this.rowReader = rowReader;
    }

    /** Reads all rows of a query. */
    interface RowReader {

        /** @return how many rows */
        int read(PreparedStatement query) throws SQLException;
    }

    @Override
    public Store open(Path folder) {
        return open(folder, false);
    }

    @Override
    public Store openToFill(Path folder) {
        return open(folder, true);
    }

    private Store open(Path folder, boolean commitPerBatch) {
        SqliteFile file = SqliteFile.open(folder);
        Sql.run(() -> {
            String schema = Sql.read("original_schema.sql").replace("${span_columns}", Column.definitions(COLUMNS));
            for (String statement : schema.split(";")) {
                if (!statement.isBlank()) {
                    file.execute(statement);
                }
            }
            file.connection().commit();
        });
        return new OriginalStore(file, commitPerBatch, rowReader);
    }

    private static final class OriginalStore implements Store {
        private final SqliteFile file;
        private final boolean commitPerBatch;
        private final RowReader rowReader;
        private final PreparedStatement insertTrace;
        private final PreparedStatement insertSpan;
        private final PreparedStatement selectPage;
        private final PreparedStatement selectTrace;
        private final PreparedStatement selectStats;

        OriginalStore(SqliteFile file, boolean commitPerBatch, RowReader rowReader) {
            this.rowReader = rowReader;
            this.file = file;
            this.commitPerBatch = commitPerBatch;
            this.insertTrace =
                    file.prepare("INSERT OR REPLACE INTO traces (trace_id, tenant_id, created_at) VALUES (?, ?, ?)");
            this.insertSpan = file.prepare("INSERT OR REPLACE" + Column.insert("spans", COLUMNS));
            this.selectPage = file.prepare(Sql.read("original_page.sql"));
            this.selectTrace = file.prepare("SELECT * FROM spans WHERE tenant_id = ? AND trace_id = ?");
            this.selectStats = file.prepare(Sql.read("original_stats.sql"));
        }

        @Override
        public void write(List<TraceSpan> batch) {
            Map<UUID, List<TraceSpan>> traces = new LinkedHashMap<>();
            batch.forEach(span -> traces.computeIfAbsent(span.traceId(), id -> new ArrayList<>())
                    .add(span));
            Sql.run(() -> {
                for (List<TraceSpan> spans : traces.values()) {
                    writeTrace(spans);
                }
                file.connection().commit();
            });
        }

        private void writeTrace(Collection<TraceSpan> spans) throws SQLException {
            TraceSpan earliest = Collections.min(spans, Comparator.comparing(TraceSpan::startTime));
            insertTrace.setString(1, earliest.traceId().toString());
            insertTrace.setString(2, earliest.tenantId().toString());
            insertTrace.setString(3, earliest.startTime().toString());
            insertTrace.executeUpdate();
            for (TraceSpan span : spans) {
                Column.bind(insertSpan, COLUMNS, span);
                insertSpan.addBatch();
            }
            insertSpan.executeBatch();
            if (!commitPerBatch) {
                file.connection().commit();
            }
        }

        @Override
        public int page(UUID tenantId, int limit) {
            return Sql.get(() -> {
                List<String> ids = new ArrayList<>();
                selectPage.setString(1, tenantId.toString());
                selectPage.setInt(2, limit);
                try (ResultSet page = selectPage.executeQuery()) {
                    while (page.next()) {
                        ids.add(page.getString(1));
                    }
                }
                String marks = String.join(", ", Collections.nCopies(ids.size(), "?"));
                try (PreparedStatement rows = file.connection()
                        .prepareStatement("SELECT * FROM spans WHERE tenant_id = ? AND trace_id IN (" + marks + ")")) {
                    rows.setString(1, tenantId.toString());
                    for (int i = 0; i < ids.size(); i++) {
                        rows.setString(i + 2, ids.get(i));
                    }
                    rowReader.read(rows);
                }
                return ids.size();
            });
        }

        @Override
        public int trace(UUID tenantId, UUID traceId) {
            return Sql.get(() -> {
                selectTrace.setString(1, tenantId.toString());
                selectTrace.setString(2, traceId.toString());
                return rowReader.read(selectTrace);
            });
        }

        @Override
        public long stats(UUID tenantId) {
            return Sql.get(() -> {
                for (int i = 1; i <= 5; i++) {
                    selectStats.setString(i, tenantId.toString());
                }
                try (ResultSet stats = selectStats.executeQuery()) {
                    return stats.next() ? stats.getLong("total_spans") : 0L;
                }
            });
        }

        @Override
        public void settle() {}

        @Override
        public void close() {
            file.close();
        }
    }

    private static @Nullable String textOf(@Nullable UUID id) {
        return id == null ? null : id.toString();
    }

    private static @Nullable String textOf(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }
}
