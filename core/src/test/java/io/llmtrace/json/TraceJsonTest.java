package io.llmtrace.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.TraceSummary;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TraceJsonTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00.123456789Z");
    private static final UUID TENANT = UUID.fromString("11111111-1111-1111-1111-111111111111");
    private static final UUID TRACE = UUID.fromString("0af76519-16cd-43dd-8448-eb211c80319c");
    private static final String REQUIRED =
            "\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\",\"span_id\":\"00f067aa0ba902b7\","
                    + "\"tenant_id\":\"11111111-1111-1111-1111-111111111111\",\"operation_name\":\"chat\","
                    + "\"start_time\":\"2026-03-01T12:00:00.123456789Z\"";

    @Test
    void span_onlyWhatIsRequired() {
        TraceSpan span = TraceSpan.builder(TENANT, TRACE, Ids.spanIdOf(0x00f067aa0ba902b7L), "chat", START)
                .build();
        assertThat(TraceJson.readSpan("{" + REQUIRED + "}")).isEqualTo(span);
        assertThat(TraceJson.write(span))
                .isEqualTo("{\"trace_id\":\"0af76519-16cd-43dd-8448-eb211c80319c\",\"span_id\":\"00f067aa0ba902b7\","
                        + "\"tenant_id\":\"11111111-1111-1111-1111-111111111111\",\"operation_name\":\"chat\","
                        + "\"kind\":\"other\",\"start_time\":\"2026-03-01T12:00:00.123456789Z\","
                        + "\"security_findings\":[],\"tags\":{},\"events\":[],\"agent_actions\":[],"
                        + "\"attributes\":{}}");
    }

    @Test
    void span_everyField_thereAndBack() {
        TraceSpan span = full();
        assertThat(TraceJson.readSpan(TraceJson.write(span))).isEqualTo(span);
        assertThat(TraceJson.readSpan(new String(TraceJson.writeBytes(span), StandardCharsets.UTF_8)))
                .isEqualTo(span);
        assertThat(TraceJson.write(span)).doesNotContain("\n");
    }

    @Test
    void trace_thereAndBack() {
        TraceEvent trace = TraceEvent.of(TRACE, TENANT, START.minusSeconds(1), List.of(full()));
        assertThat(TraceJson.readTrace(TraceJson.write(trace))).isEqualTo(trace);
        TraceSummary summary = TraceSummary.of(trace);
        assertThat(TraceJson.read(TraceJson.write(summary), TraceSummary.class)).isEqualTo(summary);
    }

    @Test
    void storageStats_thereAndBack() {
        StorageStats stats = StorageStats.builder()
                .totalTraces(1)
                .totalSpans(2)
                .storageSizeBytes(Long.MAX_VALUE)
                .oldestTrace(START)
                .build();
        assertThat(TraceJson.write(stats))
                .isEqualTo("{\"total_traces\":1,\"total_spans\":2,\"storage_size_bytes\":9223372036854775807,"
                        + "\"oldest_trace\":\"2026-03-01T12:00:00.123456789Z\"}");
        assertThat(TraceJson.read(TraceJson.write(stats), StorageStats.class)).isEqualTo(stats);
    }

    @Test
    void spansOfATrace_inheritItsIds() {
        TraceEvent trace = TraceJson.readTrace("{\"trace_id\":\"" + TRACE + "\",\"tenant_id\":\"" + TENANT
                + "\",\"spans\":[{\"span_id\":\"1111111111111111\",\"operation_name\":\"x\","
                + "\"start_time\":\"2026-03-01T12:00:00Z\"}]}");
        assertThat(trace.spans()).extracting(TraceSpan::traceId).containsExactly(TRACE);
        assertThat(trace.spans()).extracting(TraceSpan::tenantId).containsExactly(TENANT);
        assertThat(trace.createdAt()).isEqualTo("2026-03-01T12:00:00Z");
    }

    @Test
    void numbers_keepTypeAndBits() {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("whole", 1L);
        numbers.put("fraction", 1.0);
        numbers.put("minus zero", -0.0);
        numbers.put("max", Long.MAX_VALUE);
        numbers.put("min", Long.MIN_VALUE);
        numbers.put("big", BigInteger.ONE.shiftLeft(70));
        numbers.put("longest", BigInteger.TEN.pow(999).subtract(BigInteger.ONE).negate());
        numbers.put("tiny", Double.MIN_VALUE);
        numbers.put("huge", Double.MAX_VALUE);
        numbers.put("nothing", null);
        assertThat(TraceJson.readValue(TraceJson.write(numbers))).isEqualTo(numbers);
    }

    /** Backends store tags and attributes in this form, so every value that the model accepts must be readable. */
    @Test
    void longNamesTextsAndDeepNesting_areReadable() {
        Object deep = "x";
        for (int i = 0; i < 498; i++) {
            deep = List.of(deep);
        }
        String longName = "k".repeat(1 << 20);
        TraceSpan span = full().toBuilder()
                .prompt("\u0001".repeat(1 << 20))
                .response("é".repeat(8 << 20))
                .tags(Map.of(longName, "v"))
                .attributes(Map.of(longName, deep))
                .build();
        assertThat(TraceJson.readSpan(TraceJson.write(span)).equals(span)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"colour\":1 | colour: unknown field; this version does not know it and would lose it",
                "\"events\":[{\"id\":\"0af7651916cd43dd8448eb211c80319c\",\"timestamp\":\"2026-03-01T12:00:00Z\","
                        + "\"event_type\":\"e\",\"x\":1}] | events[0].x: unknown field; this version does not know it and would lose it",
                "\"prompt_tokens\":-5 | prompt_tokens < 0: -5",
                "\"kind\":\"LLM\" | kind: not a span kind [llm, embedding, tool, agent, chain, retriever, reranker,"
                        + " guardrail, evaluator, other]: 'LLM'",
                "\"end_time\":\"yesterday\" | end_time: not an RFC 3339 time such as 2026-01-31T09:30:00.123456789Z:"
                        + " 'yesterday'",
                "\"parent_span_id\":\"xyz\" | parent_span_id: not a span id (a UUID, or 16 or 32 hex digits): 'xyz'",
                "\"prompt\":\"\\ud800\" | prompt is not valid Unicode: unpaired surrogate at index 0",
                "\"agent_actions\":[{\"action_type\":\"x\"}] | agent_actions[0].action_type: not an action type"
                        + " [tool_call, skill_invocation, command_execution, web_access, file_access]: 'x'",
                "\"security_findings\":[{\"severity\":\"high\"}] | security_findings[0].severity: not a severity"
                        + " [Info, Low, Medium, High, Critical]: 'high'"
            })
    void span_wrong(String field, String message) {
        assertThatThrownBy(() -> TraceJson.readSpan("{" + REQUIRED + "," + field + "}"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"prompt_tokens\":\"5\" | prompt_tokens: ",
                "\"prompt_tokens\":5.5 | prompt_tokens: ",
                "\"prompt_tokens\":5.0 | prompt_tokens: ",
                "\"prompt_tokens\":9223372036854775808 | prompt_tokens: ",
                "\"estimated_cost_usd\":\"0.1\" | estimated_cost_usd: ",
                "\"status_code\":true | status_code: ",
                "\"prompt\":5 | prompt: ",
                "\"prompt\":[] | prompt: ",
                "\"tags\":[] | tags: ",
                "\"tags\":{\"a\":1} | tags.a: ",
                "\"tags\":{\"a\":null} | tags has no value for key: a",
                "\"provider\":5 | provider: ",
                "\"start_time\":1772366400 | ",
                "\"operation_name\":\"again\" | "
            })
    void span_coercionsAndDuplicatesAreRefused(String field, String beginning) {
        String message = beginning == null ? "" : beginning;
        assertThatThrownBy(() -> TraceJson.readSpan("{" + REQUIRED + "," + field + "}"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith(message.endsWith(":") ? message + " " : message);
    }

    @Test
    void duplicateField_isNamed() {
        assertThatThrownBy(() -> TraceJson.readSpan("{" + REQUIRED + ",\"prompt\":\"a\",\"prompt\":\"b\"}"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Duplicate field 'prompt'");
        assertThatThrownBy(() -> TraceJson.readSpan("{" + REQUIRED + ",\"attributes\":{\"a\":{\"b\":1,\"b\":2}}}"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Duplicate field 'b'");
    }

    @ParameterizedTest
    @CsvSource({"trace_id", "span_id", "tenant_id", "operation_name", "start_time"})
    void span_missingField(String field) {
        String without =
                REQUIRED.replaceFirst("\"" + field + "\":\"[^\"]*\",?", "").replaceFirst(",$", "");
        assertThatThrownBy(() -> TraceJson.readSpan("{" + without + "}"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(field + ": missing");
    }

    @Test
    void missingFieldInside_hasItsPath() {
        assertThatThrownBy(() -> TraceJson.readSpan("{" + REQUIRED + ",\"events\":[{\"id\":\"" + TRACE + "\"}]}"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("events[0].timestamp: missing");
    }

    @Test
    void tenant_isFilledInOrMustBeTheSame() {
        byte[] without =
                ("{" + REQUIRED.replaceFirst("\"tenant_id\":\"[^\"]*\",", "") + "}").getBytes(StandardCharsets.UTF_8);
        assertThat(TraceJson.readSpan(TraceJson.readTree(without), TENANT).tenantId())
                .isEqualTo(TENANT);
        byte[] with = ("{" + REQUIRED + "}").getBytes(StandardCharsets.UTF_8);
        assertThat(TraceJson.readSpan(TraceJson.readTree(with), TENANT).tenantId())
                .isEqualTo(TENANT);
        assertThatThrownBy(() -> TraceJson.readSpan(TraceJson.readTree(with), UUID.randomUUID()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("tenant_id: not the tenant of this request; leave it out");
        String trace = "{\"trace_id\":\"" + TRACE + "\",\"created_at\":\"2026-03-01T12:00:00Z\",\"spans\":[{" + REQUIRED
                + "}]}";
        assertThatThrownBy(() -> TraceJson.readTrace(
                        TraceJson.readTree(trace.getBytes(StandardCharsets.UTF_8)), UUID.randomUUID()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("span of another tenant than ");
    }

    @Test
    void whatIsNotAnObject_isNamed() {
        for (String json : List.of("[]", "1", "\"x\"", "null")) {
            assertThatThrownBy(() -> TraceJson.readTrace(json))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageStartingWith("expected a trace as a JSON object, got ");
        }
        assertThatThrownBy(() -> TraceJson.readSpan("{\"trace_id\""))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("not JSON at line 1, column ");
        assertThatThrownBy(() -> TraceJson.readSpan("{"))
                .hasMessage("not JSON at line 1, column 2: Unexpected end-of-input: expected close marker for Object"
                        + " (start marker at line: 1, column: 1)");
        assertThatThrownBy(() -> TraceJson.readSpan("{" + REQUIRED + "} {}"))
                .isInstanceOf(InvalidRequestException.class);
    }

    private static TraceSpan full() {
        return TraceSpan.builder(TENANT, TRACE, new UUID(-1, 7), "chat", START)
                .kind(SpanKind.LLM)
                .parentSpanId(Ids.spanIdOf(-1))
                .endTime(START.plusNanos(1))
                .durationMs(17L)
                .provider(new LlmProvider(""))
                .modelName("gpt-4o")
                .prompt("tab\t quote\" backslash\\ NUL\0 emoji 😀 \u2028")
                .response("")
                .promptTokens(Long.MAX_VALUE)
                .completionTokens(0L)
                .totalTokens(1L)
                .cacheReadTokens(2L)
                .cacheWriteTokens(3L)
                .reasoningTokens(4L)
                .timeToFirstTokenMs(5L)
                .statusCode(500)
                .errorMessage("x")
                .finishReason("stop")
                .estimatedCostUsd(Double.MIN_VALUE)
                .sessionId("s")
                .userId("u")
                .serviceName("v")
                .securityScore(1)
                .securityFindings(List.of(SecurityFinding.builder(Severity.HIGH, "pii", START)
                        .id(TRACE)
                        .description("d")
                        .confidenceScore(0.25)
                        .location("here")
                        .metadata(Map.of("a", "b"))
                        .requiresAlert(false)
                        .build()))
                .tags(Map.of("", ""))
                .events(List.of(
                        SpanEvent.builder("e", START)
                                .id(TRACE)
                                .data(Arrays.asList(1L, 1.0, null))
                                .build(),
                        SpanEvent.builder("e", START).id(TRACE).description("d").build()))
                .agentActions(List.of(AgentAction.builder(AgentActionType.WEB_ACCESS, "fetch", START)
                        .arguments("{}")
                        .result("r")
                        .durationMs(1L)
                        .success(false)
                        .exitCode(-1)
                        .httpMethod("GET")
                        .httpStatus(200)
                        .fileOperation("read")
                        .metadata(Map.of("m", "n"))
                        .build()))
                .attributes(Map.of("a", Arrays.asList(1L, 1.0, "1", null, true, Map.of("b", -0.0))))
                .build();
    }
}
