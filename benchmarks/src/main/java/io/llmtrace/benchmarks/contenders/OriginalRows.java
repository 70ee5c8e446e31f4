package io.llmtrace.benchmarks.contenders;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.TraceSpan;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes spans of the rows of the original design. */
final class OriginalRows {

    private static final ObjectMapper JSON = TraceJson.mapper();
    private static final TypeReference<List<SecurityFinding>> FINDINGS = new TypeReference<>() {};
    private static final TypeReference<List<SpanEvent>> EVENTS = new TypeReference<>() {};
    private static final TypeReference<List<AgentAction>> ACTIONS = new TypeReference<>() {};
    private static final TypeReference<Map<String, String>> TAGS = new TypeReference<>() {};

    private OriginalRows() {}

    /** Runs the query, makes a span of each row, and returns the number of rows. */
    static int makeSpans(PreparedStatement query) throws SQLException {
        List<TraceSpan> spans = new ArrayList<>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                spans.add(span(row));
            }
        }
        return spans.size();
    }

    private static TraceSpan span(ResultSet row) throws SQLException {
        String parent = row.getString("parent_span_id");
        String end = row.getString("end_time");
        String provider = row.getString("provider");
        return TraceSpan.builder(
                        UUID.fromString(row.getString("tenant_id")),
                        UUID.fromString(row.getString("trace_id")),
                        UUID.fromString(row.getString("span_id")),
                        row.getString("operation_name"),
                        Instant.parse(row.getString("start_time")))
                .parentSpanId(parent == null ? null : UUID.fromString(parent))
                .endTime(end == null ? null : Instant.parse(end))
                .provider(provider == null ? null : TraceJson.read(provider, LlmProvider.class))
                .modelName(row.getString("model_name"))
                .durationMs(longOf(row, "duration_ms"))
                .timeToFirstTokenMs(longOf(row, "time_to_first_token_ms"))
                .prompt(row.getString("prompt"))
                .response(row.getString("response"))
                .promptTokens(longOf(row, "prompt_tokens"))
                .completionTokens(longOf(row, "completion_tokens"))
                .totalTokens(longOf(row, "total_tokens"))
                .statusCode(intOf(row, "status_code"))
                .errorMessage(row.getString("error_message"))
                .estimatedCostUsd(doubleOf(row, "estimated_cost_usd"))
                .securityScore(intOf(row, "security_score"))
                .securityFindings(listOf(row.getString("security_findings"), FINDINGS))
                .tags(tagsOf(row.getString("tags")))
                .events(listOf(row.getString("events"), EVENTS))
                .agentActions(listOf(row.getString("agent_actions"), ACTIONS))
                .build();
    }

    private static <T> List<T> listOf(String json, TypeReference<List<T>> type) {
        return json.equals("[]") ? List.of() : parse(json, type);
    }

    private static Map<String, String> tagsOf(String json) {
        return json.equals("{}") ? Map.of() : parse(json, TAGS);
    }

    private static <T> T parse(String json, TypeReference<T> type) {
        try {
            return JSON.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the baseline wrote JSON that cannot be read: " + e.getMessage(), e);
        }
    }

    private static @Nullable Long longOf(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    private static @Nullable Integer intOf(ResultSet row, String column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : value;
    }

    private static @Nullable Double doubleOf(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? null : value;
    }
}
