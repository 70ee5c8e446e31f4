package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Maps requests in the form in which instrumentations send them. */
class SampleMappingTest {

    @Test
    void map_currentOpenTelemetry() {
        TraceSpan span = Fixtures.mapSample("otel-current-traces.json");

        assertThat(span.operationName()).isEqualTo("chat gpt-4o");
        assertThat(span.kind()).isEqualTo(SpanKind.LLM);
        assertThat(span.startTime()).isEqualTo(Instant.parse("2026-01-05T10:00:00Z"));
        assertThat(span.durationMs()).isEqualTo(2_500L);
        assertThat(span.provider()).isEqualTo(LlmProvider.OPENAI);
        assertThat(span.modelName()).isEqualTo("gpt-4o-2024-08-06");
        assertThat(span.prompt())
                .isEqualTo("[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Weather in Paris?\"}]}]");
        assertThat(span.response())
                .isEqualTo(
                        "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"call_1\","
                                + "\"name\":\"get_weather\",\"arguments\":{\"city\":\"Paris\"}}],\"finish_reason\":\"tool_call\"}]");
        assertThat(List.of(
                        span.promptTokens(),
                        span.completionTokens(),
                        span.totalTokens(),
                        span.cacheReadTokens(),
                        span.reasoningTokens(),
                        span.timeToFirstTokenMs()))
                .containsExactly(1200L, 340L, 1540L, 1024L, 128L, 412L);
        assertThat(span.finishReason()).isEqualTo("tool_call");
        assertThat(span.sessionId()).isEqualTo("conv_5");
        assertThat(span.serviceName()).isEqualTo("shop-api");
        assertThat(span.status()).isEqualTo(SpanStatus.OK);
        AgentAction action = onlyAction(span);
        assertThat(action.name()).isEqualTo("get_weather");
        assertThat(action.arguments()).isEqualTo("{\"city\":\"Paris\"}");
        assertThat(action.metadata()).isEqualTo(Map.of("origin", "requested", "tool_call_id", "call_1"));
        assertThat(span.attributes().get("gen_ai.request.max_tokens")).isEqualTo(256L);
        assertThat(span.attributes().get("gen_ai.request.temperature")).isEqualTo(0.2);
        assertThat(span.attributes().get("gen_ai.tool.definitions"))
                .isEqualTo(TraceJson.readValue("[{\"type\":\"function\",\"name\":\"get_weather\","
                        + "\"description\":\"Weather by city\",\"parameters\":{\"type\":\"object\","
                        + "\"properties\":{\"city\":{\"type\":\"string\"}}}}]"));
        assertThat(span.attributes().get("otel.scope"))
                .isEqualTo(Map.of(
                        "name", "opentelemetry.instrumentation.openai_v2",
                        "version", "2.3b0",
                        "schema_url", "https://opentelemetry.io/schemas/1.37.0"));
    }

    @Test
    void map_formerOpenTelemetryWithContentInLogs() {
        TraceSpan span = Fixtures.mapSample("otel-legacy-traces.json");
        TraceSpan logs = LogMapper.map(
                        OtlpDecoder.logs(Fixtures.resource("otel-legacy-logs.json"), OtlpDecoder.Encoding.JSON),
                        Fixtures.TENANT,
                        Instant.EPOCH,
                        Prices.NONE)
                .partialSpans()
                .get(0);
        TraceSpan joined =
                LogEvents.complete(span.toBuilder().events(logs.events()).build());

        assertThat(span.prompt()).isNull();
        assertThat(joined.kind()).isEqualTo(SpanKind.LLM);
        assertThat(joined.provider()).isEqualTo(LlmProvider.AZURE_OPENAI);
        assertThat(joined.modelName()).isEqualTo("gpt-4o-mini-2024-07-18");
        assertThat(joined.prompt())
                .isEqualTo("[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Say hi\"}]}]");
        assertThat(joined.response())
                .isEqualTo("[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"Hi!\"}],"
                        + "\"finish_reason\":\"stop\"}]");
        assertThat(joined.promptTokens()).isEqualTo(9);
        assertThat(joined.completionTokens()).isEqualTo(3);
        assertThat(joined.totalTokens()).isEqualTo(12);
        assertThat(joined.finishReason()).isEqualTo("stop");
        assertThat(joined.attributes().get("llmtrace.from_logs")).isEqualTo(List.of("prompt", "response"));
    }

    @Test
    void map_openInference() {
        TraceSpan span = Fixtures.mapSample("openinference-traces.json");

        assertThat(span.kind()).isEqualTo(SpanKind.LLM);
        assertThat(span.provider()).isEqualTo(LlmProvider.AZURE_OPENAI);
        assertThat(span.modelName()).isEqualTo("gpt-4o-2024-08-06");
        assertThat(span.prompt())
                .isEqualTo(
                        "[{\"role\":\"system\",\"parts\":[{\"type\":\"text\",\"content\":\"You are a bot.\"}]},"
                                + "{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"What is this?\"},"
                                + "{\"type\":\"blob\",\"modality\":\"image\",\"mime_type\":\"image/png\",\"content\":\"iVBORw0K\"}]}]");
        assertThat(span.response())
                .isEqualTo("[{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"call_9\","
                        + "\"name\":\"lookup\",\"arguments\":{\"q\":\"logo\"}}],\"finish_reason\":\"tool_call\"}]");
        assertThat(List.of(span.promptTokens(), span.completionTokens(), span.totalTokens(), span.cacheReadTokens()))
                .containsExactly(810L, 20L, 830L, 512L);
        assertThat(span.estimatedCostUsd()).isEqualTo(0.0022);
        assertThat(span.sessionId()).isEqualTo("s-1");
        assertThat(span.userId()).isEqualTo("u-1");
        assertThat(span.tags()).isEqualTo(Map.of("rag", "true", "prod", "true", "tier", "gold"));
        assertThat(span.finishReason()).isEqualTo("tool_call");
        assertThat(onlyAction(span).metadata()).containsEntry("tool_call_id", "call_9");
    }

    @Test
    void map_toolThatReportsAnError() {
        TraceSpan span = Fixtures.mapSample("otel-execute-tool-traces.json");

        assertThat(span.kind()).isEqualTo(SpanKind.TOOL);
        assertThat(span.provider()).isNull();
        assertThat(span.prompt()).isEqualTo("{\"q\":\"sla\",\"limit\":5}");
        assertThat(span.response()).isEqualTo("{\"isError\":true,\"content\":\"index offline\"}");
        assertThat(span.errorMessage()).isEqualTo("tool_error");
        assertThat(span.sessionId()).isEqualTo("c-12");
        AgentAction action = onlyAction(span);
        assertThat(action.name()).isEqualTo("search_docs");
        assertThat(action.arguments()).isEqualTo(span.prompt());
        assertThat(action.result()).isEqualTo(span.response());
        assertThat(action.success()).isFalse();
        assertThat(action.durationMs()).isEqualTo(250L);
        assertThat(action.metadata())
                .isEqualTo(Map.of("origin", "executed", "tool_call_id", "call_3", "tool_type", "function"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "otel-current-traces.json",
                "otel-legacy-traces.json",
                "openinference-traces.json",
                "otel-execute-tool-traces.json"
            })
    void encode_givesBackWhatWasSent(String sample) {
        assertThat(SpanEncoderTest.withoutAdditions(SpanEncoder.encode(List.of(Fixtures.mapSample(sample)))))
                .isEqualTo(SpanEncoderTest.withoutAdditions(Fixtures.sample(sample)));
    }

    private static AgentAction onlyAction(TraceSpan span) {
        assertThat(span.agentActions()).hasSize(1);
        return span.agentActions().get(0);
    }
}
