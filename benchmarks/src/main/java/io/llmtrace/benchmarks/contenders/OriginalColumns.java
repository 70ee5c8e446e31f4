package io.llmtrace.benchmarks.contenders;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The columns of a span in the original design, the same on each engine: ids and times as text, lists as JSON. */
final class OriginalColumns {

    static final List<Column> ALL = List.of(
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

    private OriginalColumns() {}

    private static @Nullable String textOf(@Nullable UUID id) {
        return id == null ? null : id.toString();
    }

    private static @Nullable String textOf(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }
}
