package io.llmtrace.server.internal.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.server.RunningServer;
import org.junit.jupiter.api.Test;

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

    private static String request(String records) {
        return "{\"resourceLogs\": [{\"scopeLogs\": [{\"logRecords\": [" + records + "]}]}]}";
    }
}
