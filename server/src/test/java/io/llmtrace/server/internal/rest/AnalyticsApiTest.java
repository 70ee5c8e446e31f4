package io.llmtrace.server.internal.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.server.RunningServer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests the shapes of responses, and the parameters that errors name. The backends' contract tests check the aggregates
 * themselves.
 */
class AnalyticsApiTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.inMemory();
        server.repository()
                .storeSpans(List.of(
                        span(1).modelName("gpt-4o")
                                .sessionId("s-1")
                                .userId("ann")
                                .durationMs(100L)
                                .promptTokens(10L)
                                .completionTokens(5L)
                                .estimatedCostUsd(0.25)
                                .tags(Map.of("env", "prod"))
                                .attributes(Map.of("tier", "gold", "n", 2.50, "llmtrace.mapping", "6"))
                                .securityFindings(List.of(SecurityFinding.of(Severity.HIGH, "pii", "", START)))
                                .build(),
                        span(2).startTime(START.plusSeconds(90))
                                .attributes(Map.of("tier", List.of("gold", "silver"), "the long", "x".repeat(300)))
                                .errorMessage("no")
                                .agentActions(List.of(
                                        AgentAction.builder(AgentActionType.TOOL_CALL, "search", START)
                                                .durationMs(7L)
                                                .success(false)
                                                .build(),
                                        AgentAction.builder(AgentActionType.TOOL_CALL, "search", START)
                                                .metadata(Map.of(AgentAction.ORIGIN, AgentAction.REQUESTED))
                                                .build()))
                                .build()));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void timeline() {
        assertAnswer(
                "timeline?group_by=model_name&start_time=2026-03-01T12:00:00Z&end_time=2026-03-01T12:59:59Z",
                "{\"start\":\"2026-03-01T12:00:00Z\",\"end\":\"2026-03-01T13:00:00Z\",\"bucket_ms\":60000,"
                        + "\"total\":{\"spans\":2,\"errors\":1,\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15,"
                        + "\"cost_usd\":0.25,\"duration_ms\":{\"p50\":100,\"p95\":100,\"p99\":100}},\"groups\":["
                        + "{\"value\":\"gpt-4o\",\"other\":false,\"total\":{\"spans\":1,\"errors\":0,\"prompt_tokens\":10,"
                        + "\"completion_tokens\":5,\"total_tokens\":15,\"cost_usd\":0.25,"
                        + "\"duration_ms\":{\"p50\":100,\"p95\":100,\"p99\":100}},\"buckets\":["
                        + "{\"time\":\"2026-03-01T12:00:00Z\",\"spans\":1,\"errors\":0,\"prompt_tokens\":10,"
                        + "\"completion_tokens\":5,\"total_tokens\":15,\"cost_usd\":0.25,"
                        + "\"duration_ms\":{\"p50\":100,\"p95\":100,\"p99\":100}}]},"
                        + "{\"other\":false,\"total\":{\"spans\":1,\"errors\":1},\"buckets\":["
                        + "{\"time\":\"2026-03-01T12:01:00Z\",\"spans\":1,\"errors\":1}]}]}");
        assertAnswer("timeline?model_name=none", "{\"total\":{\"spans\":0,\"errors\":0},\"groups\":[]}");
    }

    @Test
    void lists() {
        assertAnswer(
                "top?group_by=model_name&order=errors",
                "{\"data\":[{\"spans\":1,\"errors\":1},{\"value\":\"gpt-4o\",\"spans\":1,\"errors\":0,"
                        + "\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15,\"cost_usd\":0.25,"
                        + "\"duration_ms\":{\"p50\":100,\"p95\":100,\"p99\":100}}]}");
        assertAnswer("values?field=model_name&prefix=GP", "{\"data\":[{\"value\":\"gpt-4o\",\"count\":1}]}");
        assertAnswer("values?field=tag.env", "{\"data\":[{\"value\":\"prod\",\"count\":1}]}");
        assertAnswer(
                "values?field=@&prefix=T",
                "{\"data\":[{\"value\":\"tier\",\"count\":2},{\"value\":\"the long\",\"count\":1}]}");
        assertAnswer(
                "values?field=@&limit=2&model_name=gpt-4o",
                "{\"data\":[{\"value\":\"n\",\"count\":1},{\"value\":\"tier\",\"count\":1}]}");
        assertAnswer(
                "values?field=@tier",
                "{\"data\":[{\"value\":\"gold\",\"count\":2},{\"value\":\"silver\",\"count\":1}]}");
        assertAnswer("values?field=@tier&q=@n:*", "{\"data\":[{\"value\":\"gold\",\"count\":1}]}");
        assertAnswer("values?field=@n", "{\"data\":[{\"value\":\"2.5\",\"count\":1}]}");
        assertAnswer("values?field=@the%20long", "{\"data\":[]}");
        assertAnswer(
                "sessions",
                "{\"data\":[{\"session_id\":\"s-1\",\"user_id\":\"ann\",\"first_time\":\"2026-03-01T12:00:00Z\","
                        + "\"last_time\":\"2026-03-01T12:00:00Z\",\"traces\":1,\"spans\":1,\"errors\":0,"
                        + "\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15,\"cost_usd\":0.25,"
                        + "\"duration_ms\":{\"p50\":100,\"p95\":100,\"p99\":100}}]}");
        assertAnswer(
                "findings",
                "{\"data\":[{\"finding_type\":\"pii\",\"severity\":\"High\",\"findings\":1,\"spans\":1,"
                        + "\"last_time\":\"2026-03-01T12:00:00Z\"}]}");
        assertAnswer(
                "actions",
                "{\"data\":[{\"action_type\":\"tool_call\",\"name\":\"search\",\"actions\":1,\"requested\":1,"
                        + "\"failures\":1,\"failure_rate\":1.0,\"spans\":1,\"duration_ms\":{\"p50\":7,\"p95\":7,\"p99\":7}}]}");
    }

    @Test
    void rankings_arePagedByOffset() {
        assertThat(server.get("/api/v1/spans?order=duration&limit=1")
                        .json()
                        .path("next_offset")
                        .asInt())
                .isEqualTo(1);
        RunningServer.Answer last = server.get("/api/v1/traces?order=cost&limit=1&offset=1");
        assertThat(last.json().at("/data/0/trace_id").asText()).isEqualTo(new UUID(0, 2).toString());
        assertThat(last.json().has("next_offset")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "timeline?buckets=3                  | buckets  | buckets not in [4, 1000]: 3",
                "timeline?groups=0                   | groups   | groups not in [1, 50]: 0",
                "timeline?group_by=finding_type      | group_by | group_by is a field of several values: finding_type",
                "timeline?limit=1                    | limit    | unknown parameter 'limit'; known are",
                "top                                 | group_by | parameter 'group_by' is missing; give a field such as model_name",
                "top?group_by=nothing                | group_by | group_by: not a field [trace_name, operation_name, kind,",
                "top?group_by=kind&order=duration    | order    | order: not a measure [spans, errors,",
                "values?field=model_name&offset=1    | offset   | unknown parameter 'offset'; known are",
                "values                              | field    | parameter 'field' is missing; give a field such as model_name",
                "sessions?offset=10001               | offset   | offset > 10000: 10001",
                "sessions?limit=0                    | limit    | limit <= 0: 0",
                "sessions?order=first                | order    | order: not an order of sessions [last_time, spans,"
            })
    void refused_namesTheParameter(String path, String parameter, String detail) {
        RunningServer.Answer answer = server.get("/api/v1/analytics/" + path);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("parameter").asText()).isEqualTo(parameter);
        assertThat(answer.json().path("detail").asText()).startsWith(detail);
    }

    private static void assertAnswer(String path, String json) {
        assertThat(server.get("/api/v1/analytics/" + path).toString()).isEqualTo("200 " + json);
    }

    private static TraceSpan.Builder span(int number) {
        return TraceSpan.builder(RunningServer.TENANT, new UUID(0, number), new UUID(0, number), "chat", START);
    }
}
