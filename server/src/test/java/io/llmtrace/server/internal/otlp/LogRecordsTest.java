package io.llmtrace.server.internal.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.server.RunningServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Log records of agents, as they arrive over HTTP. */
class LogRecordsTest {

    private static final String CALL = """
            {"timeUnixNano": "1790000000000000000",
             "body": {"stringValue": "claude_code.api_request"},
             "attributes": [
              {"key": "event.name", "value": {"stringValue": "api_request"}},
              {"key": "session.id", "value": {"stringValue": "s-1"}},
              {"key": "model", "value": {"stringValue": "claude-sonnet-4-5"}},
              {"key": "input_tokens", "value": {"intValue": "12"}},
              {"key": "duration_ms", "value": {"intValue": "2000"}}]}""";

    private static final String TOO_LATE = """
            {"timeUnixNano": "18446744073709551615", "eventName": "claude_code.auth"}""";

    @Test
    void post_recordOfAnAgent_becomesASpan_howeverOftenItIsSent() {
        try (RunningServer server = RunningServer.inMemory()) {
            for (int i = 0; i < 2; i++) {
                assertThat(server.post("/v1/logs", RunningServer.JSON, request(CALL))
                                .text())
                        .isEqualTo("{}");
            }

            JsonNode spans = server.get("/api/v1/spans?session_id=s-1").json().get("data");
            assertThat(spans).hasSize(1);
            assertThat(spans.get(0).get("kind").asText()).isEqualTo("llm");
            assertThat(spans.get(0).get("model_name").asText()).isEqualTo("claude-sonnet-4-5");
            assertThat(spans.get(0).get("prompt_tokens").asLong()).isEqualTo(12);
            assertThat(spans.get(0).get("duration_ms").asLong()).isEqualTo(2000);
        }
    }

    @Test
    void post_recordThatCannotBeStored_isReported_andTheOthersAreStored() {
        try (RunningServer server = RunningServer.inMemory()) {
            JsonNode answer = server.post("/v1/logs", RunningServer.JSON, request(TOO_LATE + "," + CALL))
                    .json();

            assertThat(answer.at("/partialSuccess/rejectedLogRecords").asInt()).isEqualTo(1);
            assertThat(answer.at("/partialSuccess/errorMessage").asText())
                    .startsWith(
                            "log record 0 (/) at /resourceLogs/0/scopeLogs/0/logRecords/0: time_unix_nano > 9223372036854775807");
            assertThat(server.get("/api/v1/spans").json().get("data")).hasSize(1);
        }
    }

    /** As Claude Code 2.1 sends a call with traces and log events switched on, in part. */
    private static final String CALL_IN_A_TRACE = """
            {"timeUnixNano": "1790000000000000000",
             "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "00000000000000a1",
             "body": {"stringValue": "claude_code.api_request"},
             "attributes": [
              {"key": "event.name", "value": {"stringValue": "api_request"}},
              {"key": "session.id", "value": {"stringValue": "s-1"}},
              {"key": "prompt.id", "value": {"stringValue": "p-1"}},
              {"key": "request_id", "value": {"stringValue": "%s"}},
              {"key": "model", "value": {"stringValue": "claude-sonnet-4-5"}},
              {"key": "input_tokens", "value": {"intValue": "12"}},
              {"key": "output_tokens", "value": {"intValue": "3"}},
              {"key": "cost_usd", "value": {"doubleValue": 0.5}}]},
            {"timeUnixNano": "1790000001000000000",
             "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "00000000000000a3",
             "body": {"stringValue": "claude_code.tool_result"},
             "attributes": [
              {"key": "event.name", "value": {"stringValue": "tool_result"}},
              {"key": "session.id", "value": {"stringValue": "s-1"}},
              {"key": "tool_use_id", "value": {"stringValue": "toolu_1"}},
              {"key": "tool_name", "value": {"stringValue": "Bash"}},
              {"key": "tool_input", "value": {"stringValue": "{\\"command\\":\\"ls\\"}"}},
              {"key": "success", "value": {"stringValue": "true"}}]}""";

    private static final String TRACE = """
            {"resourceSpans": [{"scopeSpans": [{
             "scope": {"name": "com.anthropic.claude_code.tracing"},
             "spans": [
              {"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "00000000000000a2", "parentSpanId": "00000000000000a1",
               "name": "claude_code.llm_request",
               "startTimeUnixNano": "1789999998000000000", "endTimeUnixNano": "1790000000000000000",
               "attributes": [
                {"key": "span.type", "value": {"stringValue": "llm_request"}},
                {"key": "session.id", "value": {"stringValue": "s-1"}},
                {"key": "request_id", "value": {"stringValue": "req_1"}},
                {"key": "model", "value": {"stringValue": "claude-sonnet-4-5"}},
                {"key": "input_tokens", "value": {"intValue": "12"}},
                {"key": "output_tokens", "value": {"intValue": "3"}}]},
              {"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "00000000000000a3", "parentSpanId": "00000000000000a1",
               "name": "claude_code.tool",
               "startTimeUnixNano": "1790000000500000000", "endTimeUnixNano": "1790000001000000000",
               "attributes": [
                {"key": "span.type", "value": {"stringValue": "tool"}},
                {"key": "session.id", "value": {"stringValue": "s-1"}},
                {"key": "tool_name", "value": {"stringValue": "Bash"}},
                {"key": "tool_use_id", "value": {"stringValue": "toolu_1"}}]}]}]}]}""";

    @ParameterizedTest
    @ValueSource(strings = {"trace, logs", "logs, trace", "trace, logs, trace, logs", "logs, trace, logs"})
    void post_callInATraceAndInALogEvent_countsOnce(String order) {
        try (RunningServer server = RunningServer.inMemory()) {
            post(server, order, "req_1");

            List<JsonNode> calls = spansOfKind(server, "llm");
            List<JsonNode> tools = spansOfKind(server, "tool");
            assertThat(calls)
                    .extracting(span -> span.get("operation_name").asText())
                    .containsExactly("claude_code.llm_request");
            assertThat(calls.get(0).get("prompt_tokens").asLong()).isEqualTo(12);
            assertThat(tools)
                    .extracting(span -> span.get("operation_name").asText())
                    .containsExactly("claude_code.tool");
            assertThat(tools.get(0).get("prompt").asText()).isEqualTo("{\"command\":\"ls\"}");
            assertThat(spansOfKind(server, "other")).hasSize(2).allSatisfy(event -> {
                assertThat(event.has("prompt_tokens")).isFalse();
                assertThat(event.has("estimated_cost_usd")).isFalse();
                assertThat(event.get("agent_actions")).isEmpty();
            });
            assertThat(calls.get(0).get("estimated_cost_usd").asDouble()).isEqualTo(0.5);
        }
    }

    @Test
    void post_callsWithDifferentIds_countEach() {
        try (RunningServer server = RunningServer.inMemory()) {
            post(server, "trace, logs", "req_2");

            assertThat(spansOfKind(server, "llm")).hasSize(2);
        }
    }

    private static void post(RunningServer server, String order, String requestId) {
        for (String signal : order.split(", ")) {
            boolean logs = signal.equals("logs");
            assertThat(server.post(
                                    logs ? "/v1/logs" : "/v1/traces",
                                    RunningServer.JSON,
                                    logs ? request(CALL_IN_A_TRACE.formatted(requestId)) : TRACE)
                            .text())
                    .isEqualTo("{}");
        }
    }

    private static List<JsonNode> spansOfKind(RunningServer server, String kind) {
        List<JsonNode> spans = new ArrayList<>();
        server.get("/api/v1/spans?session_id=s-1&kind=" + kind)
                .json()
                .get("data")
                .forEach(spans::add);
        return spans;
    }

    private static String request(String records) {
        return "{\"resourceLogs\": [{\"scopeLogs\": [{\"logRecords\": [" + records + "]}]}]}";
    }
}
