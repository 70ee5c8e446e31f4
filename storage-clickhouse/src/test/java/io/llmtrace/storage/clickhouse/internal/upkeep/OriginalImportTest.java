package io.llmtrace.storage.clickhouse.internal.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.clickhouse.ClickHouseFixture;
import io.llmtrace.storage.clickhouse.ClickHouseSettings;
import io.llmtrace.storage.clickhouse.ClickHouseTraceRepository;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening a database of the original design imports its rows. */
final class OriginalImportTest {

    private static final UUID TENANT = UUID.fromString("11111111-2222-3333-4444-555555555555");
    private static final UUID TRACE = UUID.fromString("0af76519-16cd-43dd-8448-eb211c80319c");
    private static final UUID SPAN = UUID.fromString("00000000-0000-0000-00f0-67aa0ba902b7");

    private final ClickHouseServer server = ClickHouseFixture.server();
    private final String database = ClickHouseFixture.newDatabaseName();

    @BeforeEach
    void createOriginalTables() {
        server.execute("CREATE DATABASE " + database);
        server.execute("CREATE TABLE " + database
                + ".traces (trace_id UUID, tenant_id UUID, created_at DateTime64(3)) ENGINE = MergeTree"
                + " PARTITION BY (tenant_id, toYYYYMM(created_at)) ORDER BY (tenant_id, created_at, trace_id)");
    }

    @AfterEach
    void drop() {
        server.execute("DROP DATABASE " + database + " SYNC");
    }

    @Test
    void everyField_isImported() {
        createSpans(true);
        insertTrace(TRACE, "2025-03-01 12:00:00.000");
        insertFullSpan(TRACE, SPAN);
        try (TraceRepository repository = open()) {
            TraceSpan span = repository.getSpan(TENANT, TRACE, SPAN).orElseThrow();
            assertThat(span.startTime()).isEqualTo(Instant.parse("2025-03-01T12:00:00.123Z"));
            assertThat(span.endTime()).isEqualTo(Instant.parse("2025-03-01T12:00:01.623Z"));
            assertThat(span.operationName()).isEqualTo("chat_completion");
            assertThat(span.provider()).isEqualTo(new LlmProvider("my-llm"));
            assertThat(span.modelName()).isEqualTo("gpt-4o");
            assertThat(span.kind()).isEqualTo(SpanKind.LLM);
            assertThat(span.prompt()).isEqualTo("What is\ta 'tab'?\n");
            assertThat(span.response()).isEqualTo("It is \\t.");
            assertThat(span.promptTokens()).isEqualTo(4_000_000_000L);
            assertThat(span.completionTokens()).isEqualTo(7);
            assertThat(span.totalTokens()).isEqualTo(4_000_000_007L);
            assertThat(span.durationMs()).isEqualTo(1_500);
            assertThat(span.timeToFirstTokenMs()).isEqualTo(90);
            assertThat(span.statusCode()).isEqualTo(429);
            assertThat(span.errorMessage()).isEqualTo("slow down");
            assertThat(span.estimatedCostUsd()).isEqualTo(0.25);
            assertThat(span.securityScore()).isEqualTo(80);
            assertThat(span.securityFindings())
                    .extracting(SecurityFinding::findingType)
                    .containsExactly("prompt_injection");
            assertThat(span.tags()).isEqualTo(Map.of("env", "prod"));
            assertThat(span.agentActions()).extracting(AgentAction::name).containsExactly("search");
            assertThat(span.attributes()).isEmpty();
            assertThat(repository.getTrace(TENANT, TRACE).orElseThrow().createdAt())
                    .isEqualTo(Instant.parse("2025-03-01T12:00:00Z"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void everyTrace_isThereOnceHoweverOftenOneOpens(int times) {
        createSpans(true);
        server.execute("INSERT INTO " + database + ".traces SELECT generateUUIDv4(number), '" + TENANT
                + "', toDateTime64('2025-03-01 12:00:00.000', 3, 'UTC') + number FROM numbers(5000)");
        server.execute("INSERT INTO " + database
                + ".spans (tenant_id, trace_id, span_id, operation_name, start_time, provider,"
                + " model_name, prompt) SELECT tenant_id, trace_id, generateUUIDv4(), 'chat', created_at, '\"OpenAI\"', 'm', 'p'"
                + " FROM " + database + ".traces WHERE trace_id != '" + TRACE + "'");
        insertTrace(TRACE, "2025-03-09 00:00:00.000"); // without spans
        for (int i = 0; i < times; i++) {
            try (TraceRepository repository = open()) {
                assertThat(repository.stats(TENANT).totalTraces()).isEqualTo(5_001);
                assertThat(repository.stats(TENANT).totalSpans()).isEqualTo(5_000);
                TraceEvent newest = repository
                        .queryTraces(TraceQuery.builder(TENANT).limit(1).build())
                        .items()
                        .get(0);
                assertThat(newest.traceId()).isEqualTo(TRACE);
                assertThat(newest.spans()).isEmpty();
            }
        }
    }

    @Test
    void oldestTables_haveNoAgentActions() {
        createSpans(false);
        insertTrace(TRACE, "2025-03-01 12:00:00.000");
        server.execute("INSERT INTO " + database
                + ".spans (tenant_id, trace_id, span_id, operation_name, start_time, provider,"
                + " model_name, prompt, security_findings) VALUES ('" + TENANT + "', '" + TRACE + "', '" + SPAN
                + "', 'chat', '2025-03-01 12:00:00.000', '\"OpenAI\"', '', 'p', 'not JSON')");
        try (TraceRepository repository = open()) {
            TraceSpan span = repository.getSpan(TENANT, SPAN).orElseThrow();
            assertThat(span.provider()).isEqualTo(LlmProvider.OPENAI);
            assertThat(span.modelName()).isNull();
            assertThat(span.agentActions()).isEmpty();
            assertThat(span.attributes()).isEqualTo(Map.of("original.security_findings", "not JSON"));
        }
    }

    private TraceRepository open() {
        return ClickHouseTraceRepository.open(ClickHouseSettings.parse(server.url(database)));
    }

    private void createSpans(boolean withActions) {
        server.execute("CREATE TABLE " + database
                + ".spans (tenant_id UUID, trace_id UUID, span_id UUID, parent_span_id Nullable(UUID),"
                + " operation_name LowCardinality(String), start_time DateTime64(3), end_time Nullable(DateTime64(3)),"
                + " provider LowCardinality(String), model_name LowCardinality(String), prompt String CODEC(ZSTD(1)),"
                + " response Nullable(String) CODEC(ZSTD(1)), duration_ms Nullable(UInt64),"
                + " time_to_first_token_ms Nullable(UInt64), prompt_tokens Nullable(UInt32),"
                + " completion_tokens Nullable(UInt32), total_tokens Nullable(UInt32), status_code Nullable(UInt16),"
                + " error_message Nullable(String), estimated_cost_usd Nullable(Float64), security_score Nullable(UInt8),"
                + " security_findings String DEFAULT '[]', events String DEFAULT '[]', tags String DEFAULT '{}'"
                + (withActions ? ", agent_actions String DEFAULT '[]' CODEC(ZSTD(1))" : "")
                + ") ENGINE = MergeTree PARTITION BY (tenant_id, toYYYYMM(start_time))"
                + " ORDER BY (tenant_id, start_time, trace_id, span_id)");
    }

    private void insertTrace(UUID traceId, String createdAt) {
        server.execute("INSERT INTO " + database + ".traces VALUES ('" + traceId + "', '" + TENANT + "', '" + createdAt
                + "')");
    }

    private void insertFullSpan(UUID traceId, UUID spanId) {
        server.execute(
                "INSERT INTO " + database + ".spans FORMAT JSONEachRow " + """
                {"tenant_id":"%s","trace_id":"%s","span_id":"%s","operation_name":"chat_completion",
                 "start_time":"2025-03-01 12:00:00.123","end_time":"2025-03-01 12:00:01.623",
                 "provider":"{\\"Custom\\":\\"my-llm\\"}","model_name":"gpt-4o","prompt":"What is\\ta 'tab'?\\n",
                 "response":"It is \\\\t.","duration_ms":1500,"time_to_first_token_ms":90,"prompt_tokens":4000000000,
                 "completion_tokens":7,"total_tokens":4000000007,"status_code":429,"error_message":"slow down",
                 "estimated_cost_usd":0.25,"security_score":80,
                 "security_findings":"[{\\"id\\":\\"22222222-2222-3333-4444-555555555555\\",\\"severity\\":\\"High\\",\\"finding_type\\":\\"prompt_injection\\",\\"description\\":\\"d\\",\\"detected_at\\":\\"2025-03-01T12:00:00Z\\",\\"confidence_score\\":0.9,\\"metadata\\":{},\\"requires_alert\\":true}]",
                 "tags":"{\\"env\\":\\"prod\\"}",
                 "agent_actions":"[{\\"id\\":\\"32222222-2222-3333-4444-555555555555\\",\\"action_type\\":\\"tool_call\\",\\"name\\":\\"search\\",\\"success\\":true,\\"timestamp\\":\\"2025-03-01T12:00:00Z\\",\\"metadata\\":{}}]"}
                """.formatted(TENANT, traceId, spanId));
    }
}
