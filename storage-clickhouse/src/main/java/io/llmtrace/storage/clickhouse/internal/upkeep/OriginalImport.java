package io.llmtrace.storage.clickhouse.internal.upkeep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.RowInput;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import io.llmtrace.storage.clickhouse.internal.write.Row;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Imports the rows of the original schema, whose tables {@code traces} and {@code spans} the migration has renamed to
 * {@code original_traces} and {@code original_spans}. The tables stay, and may be dropped afterwards. An interrupted import starts
 * over at the next opening: a span that is imported twice is one span.
 */
public final class OriginalImport {

    private static final Logger LOG = LoggerFactory.getLogger(OriginalImport.class);

    private static final int BATCH_ROWS = 2_000;

    private static final ObjectMapper JSON = TraceJson.mapper();
    private static final TypeReference<List<SecurityFinding>> FINDINGS = new TypeReference<>() {};
    private static final TypeReference<List<SpanEvent>> EVENTS = new TypeReference<>() {};
    private static final TypeReference<List<AgentAction>> ACTIONS = new TypeReference<>() {};
    private static final TypeReference<Map<String, String>> TAGS = new TypeReference<>() {};

    private final Database database;

    /**
     * Creates the import of one node.
     *
     * @param database a single node: the original schema did not support clusters, so each node may have tables of its own
     */
    public OriginalImport(Database database) {
        this.database = database;
    }

    /** Returns whether there are original tables whose import has not completed. */
    private boolean isPending() {
        return database.number(Sql.of("look for rows of the original tables", """
                        SELECT countIf(name = 'original_spans') * (countIf(name = 'original_taken_over') = 0)
                        FROM system.tables WHERE database = currentDatabase()""")) > 0;
    }

    /** Passes the rows of the original tables to the writer, in batches, unless they were imported before. */
    public void run(Consumer<List<Row>> writer) {
        if (!isPending()) {
            return;
        }
        LOG.info("importing the traces of the original tables …");
        Map<String, Long> counts = new HashMap<>();
        List<Row> batch = new ArrayList<>();
        Consumer<List<Row>> collect = rows -> {
            batch.addAll(rows);
            if (batch.size() >= BATCH_ROWS) {
                writer.accept(List.copyOf(batch));
                batch.clear();
            }
        };
        boolean hasActions = database.number(Sql.of("look for agent_actions", """
                        SELECT count() FROM system.columns
                        WHERE database = currentDatabase() AND table = 'original_spans' AND name = 'agent_actions'""")) > 0;
        database.stream(spans(hasActions), row -> {
            Original original = readSpan(row);
            counts.merge("spans", 1L, Long::sum);
            collect.accept(Row.of(TraceEvent.of(
                    original.span.traceId(), original.span.tenantId(), original.createdAt, List.of(original.span))));
        });
        database.stream(Sql.of("original traces", """
                        SELECT tenant_id, trace_id, toDateTime64(min(created_at), 9) FROM original_traces
                        GROUP BY tenant_id, trace_id"""), row -> {
            UUID tenantId = row.readUuid();
            counts.merge("traces", 1L, Long::sum);
            collect.accept(Row.of(TraceEvent.of(row.readUuid(), tenantId, row.readTime(), List.of())));
        });
        if (!batch.isEmpty()) {
            writer.accept(batch);
        }
        database.execute(
                Sql.of(
                        "note that the import is complete",
                        "CREATE TABLE IF NOT EXISTS original_taken_over (at DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY at"));
        LOG.info(
                "imported {} traces and {} spans; the tables original_traces and original_spans may be dropped",
                counts.getOrDefault("traces", 0L),
                counts.getOrDefault("spans", 0L));
    }

    private record Original(Instant createdAt, TraceSpan span) {}

    private static Sql spans(boolean hasActions) {
        return Sql.of("original spans", """
                SELECT s.tenant_id, s.trace_id, s.span_id, coalesce(t.created, toDateTime64(s.start_time, 9)),
                    s.operation_name, toDateTime64(s.start_time, 9), CAST(s.end_time, 'Nullable(DateTime64(9))'),
                    s.parent_span_id, toString(s.provider), toString(s.model_name), s.prompt, s.response,
                    s.duration_ms, s.time_to_first_token_ms, s.prompt_tokens, s.completion_tokens, s.total_tokens,
                    s.status_code, s.error_message, s.estimated_cost_usd, s.security_score, s.security_findings, s.tags,
                    s.events, %s
                FROM original_spans AS s
                LEFT JOIN (
                    SELECT tenant_id, trace_id, toNullable(toDateTime64(min(created_at), 9)) AS created
                    FROM original_traces GROUP BY tenant_id, trace_id
                ) AS t ON t.tenant_id = s.tenant_id AND t.trace_id = s.trace_id""".formatted(hasActions ? "s.agent_actions" : "'[]'"));
    }

    private static Original readSpan(RowInput row) throws IOException {
        UUID tenantId = row.readUuid();
        UUID traceId = row.readUuid();
        UUID spanId = row.readUuid();
        Instant createdAt = row.readTime();
        String name = row.readText();
        Instant start = row.readTime();
        Map<String, @Nullable Object> unreadable = new HashMap<>();
        TraceSpan.Builder span = TraceSpan.builder(tenantId, traceId, spanId, name, start);
        Instant end = row.readNullableTime();
        if (end != null && end.isBefore(start)) {
            unreadable.put("original.end_time", end.toString());
            end = null;
        }
        span.endTime(end).parentSpanId(row.readNullableUuid()).provider(provider(row.readText()));
        String model = row.readText();
        span.modelName(model.isEmpty() ? null : model)
                .kind(model.isEmpty() ? SpanKind.OTHER : SpanKind.LLM)
                .prompt(row.readText())
                .response(row.readNullableText())
                .durationMs(row.readNullableLong())
                .timeToFirstTokenMs(row.readNullableLong())
                .promptTokens(readTokens(row))
                .completionTokens(readTokens(row))
                .totalTokens(readTokens(row))
                .statusCode(row.readPresence() ? Integer.valueOf(row.readShort()) : null)
                .errorMessage(row.readNullableText());
        Double cost = row.readNullableDouble();
        if (cost != null && !(cost >= 0 && Double.isFinite(cost))) {
            unreadable.put("original.estimated_cost_usd", cost.toString());
            cost = null;
        }
        span.estimatedCostUsd(cost).securityScore(readScore(row));
        span.securityFindings(parse(row.readText(), FINDINGS, List.of(), "security_findings", unreadable))
                .tags(parse(row.readText(), TAGS, Map.of(), "tags", unreadable))
                .events(parse(row.readText(), EVENTS, List.of(), "events", unreadable))
                .agentActions(parse(row.readText(), ACTIONS, List.of(), "agent_actions", unreadable))
                .attributes(unreadable);
        return new Original(createdAt.isBefore(Times.EARLIEST) ? Times.EARLIEST : createdAt, span.build());
    }

    private static @Nullable Long readTokens(RowInput row) throws IOException {
        return row.readPresence() ? Long.valueOf(row.readInt() & 0xFFFF_FFFFL) : null;
    }

    private static @Nullable Integer readScore(RowInput row) throws IOException {
        return row.readPresence() ? Integer.valueOf(Math.min(100, row.readByte())) : null;
    }

    /** Reads {@code "OpenAI"} or {@code {"Custom":"my-llm"}}; any other text is taken as the name itself. */
    private static @Nullable LlmProvider provider(String json) {
        if (json.isEmpty()) {
            return null;
        }
        try {
            JsonNode value = JSON.readTree(json);
            JsonNode name = value.isObject() ? value.path("Custom") : value;
            return new LlmProvider(name.isTextual() ? name.asText() : json);
        } catch (JsonProcessingException e) {
            return new LlmProvider(json);
        }
    }

    /** Parses a JSON column; if it cannot be read, its text is kept as an attribute and {@code empty} is returned. */
    private static <T> T parse(
            String json, TypeReference<T> type, T empty, String field, Map<String, @Nullable Object> unreadable) {
        if (json.isEmpty()) {
            return empty;
        }
        try {
            return JSON.readValue(json, type);
        } catch (JsonProcessingException e) {
            unreadable.put("original." + field, json);
            return empty;
        }
    }
}
