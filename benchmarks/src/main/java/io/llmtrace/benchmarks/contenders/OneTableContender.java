package io.llmtrace.benchmarks.contenders;

import io.llmtrace.benchmarks.environment.Sql;
import io.llmtrace.benchmarks.environment.SqliteFile;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Baseline (a): the limit set by the disk and the driver. One table has a column for each field, with whole bodies as text,
 * ids as blobs and times as integers. The primary key is the only index, and a batch is a transaction.
 */
final class OneTableContender implements Contender {

    private static final List<Column> COLUMNS = List.of(
            new Column("tenant_id", "BLOB NOT NULL", span -> Ids.toBytes(span.tenantId())),
            new Column("trace_id", "BLOB NOT NULL", span -> Ids.toBytes(span.traceId())),
            new Column("span_id", "BLOB NOT NULL", span -> Ids.toBytes(span.spanId())),
            new Column("parent_span_id", "BLOB", span -> bytesOf(span.parentSpanId())),
            new Column("operation_name", "TEXT NOT NULL", TraceSpan::operationName),
            new Column("kind", "TEXT NOT NULL", span -> span.kind().text()),
            new Column("start_time", "INTEGER NOT NULL", span -> Times.toNanos(span.startTime())),
            new Column("end_time", "INTEGER", span -> nanosOf(span.endTime())),
            new Column("duration_ms", "INTEGER", TraceSpan::durationMs),
            new Column("provider", "TEXT", span -> nameOf(span.provider())),
            new Column("model_name", "TEXT", TraceSpan::modelName),
            new Column("prompt", "TEXT", TraceSpan::prompt),
            new Column("response", "TEXT", TraceSpan::response),
            new Column("prompt_tokens", "INTEGER", TraceSpan::promptTokens),
            new Column("completion_tokens", "INTEGER", TraceSpan::completionTokens),
            new Column("total_tokens", "INTEGER", TraceSpan::totalTokens),
            new Column("cache_read_tokens", "INTEGER", TraceSpan::cacheReadTokens),
            new Column("cache_write_tokens", "INTEGER", TraceSpan::cacheWriteTokens),
            new Column("reasoning_tokens", "INTEGER", TraceSpan::reasoningTokens),
            new Column("time_to_first_token_ms", "INTEGER", TraceSpan::timeToFirstTokenMs),
            new Column("status_code", "INTEGER", TraceSpan::statusCode),
            new Column("error_message", "TEXT", TraceSpan::errorMessage),
            new Column("finish_reason", "TEXT", TraceSpan::finishReason),
            new Column("estimated_cost_usd", "REAL", TraceSpan::estimatedCostUsd),
            new Column("session_id", "TEXT", TraceSpan::sessionId),
            new Column("user_id", "TEXT", TraceSpan::userId),
            new Column("service_name", "TEXT", TraceSpan::serviceName),
            new Column("security_score", "INTEGER", TraceSpan::securityScore),
            new Column("security_findings", "TEXT", span -> TraceJson.write(span.securityFindings())),
            new Column("tags", "TEXT", span -> TraceJson.write(span.tags())),
            new Column("events", "TEXT", span -> TraceJson.write(span.events())),
            new Column("agent_actions", "TEXT", span -> TraceJson.write(span.agentActions())),
            new Column("attributes", "TEXT", span -> TraceJson.write(span.attributes())));

    @Override
    public Store open(Path folder) {
        SqliteFile file = SqliteFile.open(folder);
        Sql.run(() -> {
            file.execute("CREATE TABLE IF NOT EXISTS spans (" + Column.definitions(COLUMNS)
                    + ", PRIMARY KEY (tenant_id, trace_id, span_id))");
            file.connection().commit();
        });
        return new OneTableStore(file, file.prepare("INSERT" + Column.insert("spans", COLUMNS)));
    }

    private record OneTableStore(SqliteFile file, PreparedStatement insert) implements WriteOnlyStore {

        @Override
        public void write(List<TraceSpan> batch) {
            Sql.run(() -> {
                for (TraceSpan span : batch) {
                    Column.bind(insert, COLUMNS, span);
                    insert.addBatch();
                }
                insert.executeBatch();
                file.connection().commit();
            });
        }

        @Override
        public void close() {
            file.close();
        }
    }

    private static byte @Nullable [] bytesOf(@Nullable UUID id) {
        return id == null ? null : Ids.toBytes(id);
    }

    private static @Nullable Long nanosOf(@Nullable Instant time) {
        return time == null ? null : Times.toNanos(time);
    }

    private static @Nullable String nameOf(@Nullable LlmProvider provider) {
        return provider == null ? null : provider.name();
    }
}
