package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.wire.Json;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Maps sessions of agents that send log records only, {@code NAME-logs.json}, and compares the spans and the actions with
 * {@code NAME-expected.json}. A field that is not expected must be absent.
 */
class AgentSpansTest {

    private static final Instant NOW = Instant.parse("2026-02-02T02:02:02Z");

    private static final Set<SpanField<?>> NOT_COMPARED = Set.of(
            SpanField.TRACE_ID,
            SpanField.SPAN_ID,
            SpanField.PARENT_SPAN_ID,
            SpanField.TENANT_ID,
            SpanField.END_TIME,
            SpanField.AGENT_ACTIONS,
            SpanField.ATTRIBUTES);

    @ParameterizedTest
    @ValueSource(strings = {"claude-code", "codex", "gemini-cli"})
    void map_session_isWhatIsExpected(String name) {
        List<TraceSpan> spans = map(sample(name));

        assertThat(ConventionsTest.pretty(actual(spans)))
                .isEqualTo(ConventionsTest.pretty(
                        Json.tree(new String(Fixtures.resource(name + "-expected.json"), StandardCharsets.UTF_8))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"claude-code", "codex", "gemini-cli"})
    void map_shuffledAndRepeated_givesTheSameSpans(String name) {
        ExportLogsServiceRequest sample = sample(name);
        Map<UUID, TraceSpan> expected = byId(map(sample));
        List<ExportLogsServiceRequest> single = oneByOne(sample);
        single.addAll(oneByOne(sample));
        Collections.shuffle(single, new Random(7));

        List<TraceSpan> spans = new ArrayList<>();
        single.forEach(request -> spans.addAll(map(request)));

        assertThat(spans).hasSize(2 * expected.size());
        assertThat(byId(spans)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"claude-code", "codex", "gemini-cli"})
    void map_session_keepsAllThatWasSent(String name) {
        ExportLogsServiceRequest sample = sample(name);
        List<LogRecord> records = new ArrayList<>();
        oneByOne(sample).forEach(request -> records.add(recordOf(request)));
        List<TraceSpan> spans = map(sample);

        assertThat(spans).hasSameSizeAs(records);
        for (int i = 0; i < records.size(); i++) {
            Map<String, Object> sent = Fixtures.sent(spans.get(i));
            assertThat(sent.keySet())
                    .containsAll(records.get(i).getAttributesList().stream()
                            .map(attribute -> attribute.getKey())
                            .toList());
            assertThat(sent).containsKeys("llmtrace.log_event", "otel.log", "otel.scope", "otel.resource");
        }
        assertThat(SpanMapper.map(SpanEncoder.encode(spans), Fixtures.TENANT, Prices.NONE)
                        .spans())
                .containsExactlyInAnyOrderElementsOf(spans);
        assertThat(spans)
                .allSatisfy(span ->
                        assertThat(new Remapper(Prices.NONE).remap(span)).isEqualTo(span));
    }

    @Test
    void remap_ofAnEvent_fillsFieldsThatWereNotMappedBefore() {
        TraceSpan now = only(claude("api_request", "model", "claude-opus-4", "input_tokens", "12"));
        Map<String, Object> attributes = new LinkedHashMap<>(now.attributes());
        attributes.put("llmtrace.mapping", "2");
        TraceSpan before = TraceSpan.builder(
                        now.tenantId(), now.traceId(), now.spanId(), now.operationName(), now.startTime())
                .kind(SpanKind.OTHER)
                .parentSpanId(now.parentSpanId())
                .attributes(attributes)
                .build();

        assertThat(new Remapper(Prices.NONE).remap(before)).isEqualTo(now);
    }

    @Test
    void map_callWithoutCost_isEstimated() {
        LogRecord.Builder call = LogRecord.newBuilder()
                .setEventName("codex.sse_event")
                .setTimeUnixNano(1)
                .addAttributes(Fixtures.attribute("model", "gpt-4o"))
                .addAttributes(Fixtures.attribute("input_token_count", "1000"))
                .addAttributes(Fixtures.attribute("output_token_count", "10"));

        TraceSpan span = LogMapper.map(request("", call), Fixtures.TENANT, NOW, Prices.builtIn())
                .spans()
                .get(0);

        assertThat(span.estimatedCostUsd()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({
        "'', api_request, '', com.anthropic.claude_code.events, claude_code.api_request",
        "'', api_request, claude_code.api_request, '', claude_code.api_request",
        "claude_code.api_request, '', '', other, claude_code.api_request",
        "event otel/src/events.rs:12, codex.sse_event, '', codex_otel.log_only, codex.sse_event",
        "'', end_session, Session ended., gemini-cli, gemini_cli.end_session",
    })
    void map_nameInAnyPlace_isFound(String field, String attribute, String body, String scope, String name) {
        LogRecord.Builder record = LogRecord.newBuilder().setEventName(field).setTimeUnixNano(1);
        if (!attribute.isEmpty()) {
            record.addAttributes(Fixtures.attribute("event.name", attribute));
        }
        if (!body.isEmpty()) {
            record.setBody(AnyValue.newBuilder().setStringValue(body));
        }

        assertThat(map(request(scope, record)))
                .extracting(TraceSpan::operationName)
                .containsExactly(name);
    }

    @ParameterizedTest
    @CsvSource({"api_request, other", "http.access, gemini-cli", "gen_ai.choice, gemini-cli", "codexx.a, codex"})
    void map_otherRecords_becomeNoSpans(String name, String scope) {
        LogRecord.Builder record = LogRecord.newBuilder().setEventName(name);

        assertThat(LogMapper.map(request(scope, record), Fixtures.TENANT, NOW, Prices.NONE)
                        .spans())
                .isEmpty();
    }

    @Test
    void map_recordOfAnAgent_isNoContentOfAnotherSpan() {
        MappedLogs mapped = LogMapper.map(
                request("com.anthropic.claude_code.events", claude("api_request")), Fixtures.TENANT, NOW, Prices.NONE);

        assertThat(mapped.spans()).hasSize(1);
        assertThat(mapped.partialSpans()).isEmpty();
        assertThat(mapped.rejected()).isEmpty();
    }

    @Test
    void map_recordsOfATurn_hangBelowItsPrompt() {
        TraceSpan prompt = only(claude("user_prompt", "session.id", "s", "prompt.id", "p"));
        TraceSpan call = only(claude("api_request", "session.id", "s", "prompt.id", "p"));
        TraceSpan other = only(claude("api_request", "session.id", "s", "prompt.id", "q"));
        TraceSpan ofSession = only(claude("auth", "session.id", "s"));

        assertThat(prompt.parentSpanId()).isNull();
        assertThat(call.traceId()).isEqualTo(prompt.traceId());
        assertThat(call.parentSpanId()).isEqualTo(prompt.spanId());
        assertThat(other.traceId()).isNotEqualTo(prompt.traceId());
        assertThat(ofSession.traceId()).isNotEqualTo(prompt.traceId());
        assertThat(ofSession.parentSpanId()).isNull();
        assertThat(List.of(prompt, call, other, ofSession))
                .extracting(TraceSpan::sessionId)
                .containsOnly("s");
    }

    @Test
    void map_recordInATraceOfTheApplication_joinsIt() {
        ByteString trace = ByteString.fromHex("5b8efff798038103d269b633813fc60c");
        ByteString span = ByteString.fromHex("eee19b7ec3c1b174");
        LogRecord.Builder prompt = claude("user_prompt", "session.id", "s", "prompt.id", "p");
        LogRecord.Builder call = claude("api_request", "session.id", "s", "prompt.id", "p");
        LogRecord.Builder alone = claude("api_request");
        for (LogRecord.Builder record : List.of(prompt, call, alone)) {
            record.setTraceId(trace).setSpanId(span);
        }

        TraceSpan root = only(prompt);
        assertThat(root.traceId()).isEqualTo(UUID.fromString("5b8efff7-9803-8103-d269-b633813fc60c"));
        assertThat(root.parentSpanId()).isEqualTo(new UUID(0, 0xeee19b7ec3c1b174L));
        assertThat(only(call).traceId()).isEqualTo(root.traceId());
        assertThat(only(call).parentSpanId()).isEqualTo(root.spanId());
        assertThat(only(alone).parentSpanId()).isEqualTo(root.parentSpanId());
    }

    @Test
    void map_idsThatAreNone_areKeptAsTheyWereSent() {
        LogRecord.Builder record = claude("api_request", "session.id", "s")
                .setTraceId(ByteString.copyFrom(new byte[16]))
                .setSpanId(ByteString.copyFrom(new byte[3]));

        TraceSpan span = only(record);

        assertThat(span.traceId())
                .isEqualTo(only(claude("api_request", "session.id", "s")).traceId());
        assertThat(TraceJson.write(span.attributes().get("otel.log")))
                .contains("\"trace_id\":\"" + "0".repeat(32) + "\"", "\"span_id\":\"000000\"");
    }

    @ParameterizedTest
    @CsvSource({
        "2100,    1000, 3100",
        "1.5,     3098.5, 3100",
        "0,       3100, 3100",
        "-5,      3100,",
        "1e300,   3100,",
        "4000,    3100,", // would begin before 1970
        "NaN,     3100,",
        "soon,    3100,",
    })
    void map_duration_endsAtTheTimeOfTheRecord(String duration, double start, Double end) {
        TraceSpan span = only(claude("api_request", "duration_ms", duration).setTimeUnixNano(3_100_000_000L));

        assertThat(span.startTime()).isEqualTo(Instant.ofEpochSecond(0, (long) (start * 1e6)));
        assertThat(span.endTime()).isEqualTo(end == null ? null : Instant.ofEpochSecond(0, (long) (end * 1e6)));
        assertThat(span.attributes()).containsEntry("duration_ms", duration);
    }

    @Test
    void map_recordWithoutTime_takesTheOneThatIsKnown() {
        assertThat(only(claude("auth").setTimeUnixNano(0).setObservedTimeUnixNano(7))
                        .startTime())
                .isEqualTo(Instant.ofEpochSecond(0, 7));
        assertThat(only(claude("auth", "event.timestamp", "2026-01-05T10:00:01.5Z")
                                .setTimeUnixNano(0))
                        .startTime())
                .isEqualTo(Instant.parse("2026-01-05T10:00:01.5Z"));
        assertThat(only(claude("auth", "event.timestamp", "yesterday").setTimeUnixNano(0))
                        .startTime())
                .isEqualTo(NOW);
    }

    @Test
    void map_recordSentAgainByACollector_isTheSameSpan() {
        assertThat(only(claude("auth").setObservedTimeUnixNano(7)).spanId())
                .isEqualTo(only(claude("auth").setObservedTimeUnixNano(8)).spanId());
        assertThat(only(claude("auth", "event.sequence", "1")).spanId())
                .isNotEqualTo(only(claude("auth", "event.sequence", "2")).spanId());
    }

    @Test
    void callInATraceAndInAnEvent_staysOneWhenItIsMappedAgain() {
        TraceSpan fromLog = only(claude(
                        "api_request",
                        "request_id",
                        "req_1",
                        "model",
                        "claude-sonnet-4-5",
                        "input_tokens",
                        "5",
                        "cost_usd",
                        "0.1")
                .setTraceId(ByteString.copyFrom(new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}))
                .setSpanId(ByteString.copyFrom(new byte[] {1, 0, 0, 0, 0, 0, 0, 1})));
        TraceSpan ofTrace = Fixtures.mapOne(Fixtures.span()
                .setName("claude_code.llm_request")
                .addAttributes(Fixtures.attribute("span.type", "llm_request"))
                .addAttributes(Fixtures.attribute("request_id", "req_1"))
                .addAttributes(Fixtures.attribute("llmtrace.user_id", "u"))
                .addAttributes(Fixtures.attribute("input_tokens", 5)));
        assertThat(AgentCalls.idOf(ofTrace)).isNotNull().isEqualTo(AgentCalls.idOf(fromLog));
        assertThat(AgentCalls.isFromLog(fromLog)).isTrue();
        assertThat(AgentCalls.isFromLog(ofTrace)).isFalse();

        TraceSpan event = AgentCalls.withoutCall(fromLog);
        TraceSpan call = AgentCalls.withReport(ofTrace, fromLog);

        assertThat(event.kind()).isEqualTo(SpanKind.OTHER);
        assertThat(event.promptTokens()).isNull();
        assertThat(AgentCalls.idOf(event)).isNull();
        assertThat(call.estimatedCostUsd()).isEqualTo(0.1);
        Remapper remapper = new Remapper(Prices.builtIn());
        assertThat(remapper.remap(event)).isEqualTo(event);
        assertThat(remapper.remap(call)).isEqualTo(call);
    }

    @Test
    void recordThatNamesNoTrace_isNotTheCallOfASpan() {
        assertThat(AgentCalls.idOf(only(claude("api_request", "request_id", "req_1"))))
                .isNull();
    }

    @Test
    void map_timeThatTheModelCannotHold_isRejected() {
        MappedLogs mapped = LogMapper.map(
                request("", claude("auth"), claude("auth").setTimeUnixNano(-1)), Fixtures.TENANT, NOW, Prices.NONE);

        assertThat(mapped.spans()).hasSize(1);
        assertThat(mapped.rejected()).singleElement().satisfies(rejected -> {
            assertThat(rejected.index()).isEqualTo(1);
            assertThat(rejected.reason()).startsWith("time_unix_nano > 9223372036854775807");
        });
    }

    @Test
    void map_attributesWithReservedKeys_doNotReplaceWhatLlmtraceRecords() {
        TraceSpan span = only(claude("api_request", "llmtrace.log_event", "x", "otel.log", "y", "otel.scope", "z"));

        assertThat(span.kind()).isEqualTo(SpanKind.LLM);
        assertThat(span.attributes()).containsEntry("llmtrace.log_event", "claude_code.api_request");
        assertThat(TraceJson.write(span.attributes().get("otel.span"))).contains("\"x\"", "\"y\"", "\"z\"");
    }

    @ParameterizedTest
    @CsvSource({
        "claude_code.api_error, error, overloaded, overloaded",
        "claude_code.tool_result, success, false, ''",
        "codex.tool_result, success, false, ''",
        "codex.api_request, http.response.status_code, 503, ''",
        "gemini_cli.tool_call, success, false, ''",
        "gemini_cli.api_error, error.message, quota, quota",
    })
    void map_failure_isAnError(String event, String key, String value, String message) {
        TraceSpan span = only(LogRecord.newBuilder()
                .setEventName(event)
                .setTimeUnixNano(1)
                .addAttributes(Fixtures.attribute(key, value)));

        assertThat(span.errorMessage()).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource({
        "codex.api_request, http.response.status_code, 200, OTHER",
        "codex.api_request, http.response.status_code, 429, LLM",
        "codex.api_request, error.message, timeout, LLM",
        "codex.sse_event, event.kind, response.created, OTHER",
        "codex.sse_event, input_token_count, 5000, LLM",
        "codex.sse_event, error.message, cut off, LLM",
        "gemini_cli.api_request, model, m, OTHER",
        "gemini_cli.something_new, agent_name, a, OTHER",
    })
    void map_call_isCountedOnce(String event, String key, String value, SpanKind kind) {
        TraceSpan span = only(LogRecord.newBuilder()
                .setEventName(event)
                .setTimeUnixNano(1)
                .addAttributes(Fixtures.attribute(key, value)));

        assertThat(span.kind()).isEqualTo(kind);
    }

    @Test
    void actions_ofDecisionAndResult_areOne() {
        List<TraceSpan> spans = new ArrayList<>();
        spans.add(only(claude("tool_decision", "session.id", "s", "tool_name", "Bash", "tool_use_id", "t1")
                .addAttributes(Fixtures.attribute("decision", "accept"))));
        spans.add(only(claude("tool_result", "session.id", "s", "tool_name", "Bash", "tool_use_id", "t1")));
        spans.add(only(claude("tool_decision", "session.id", "s", "tool_name", "Write", "tool_use_id", "t2")
                .addAttributes(Fixtures.attribute("decision", "reject"))));
        spans.add(only(claude("tool_decision", "session.id", "s", "tool_name", "Read")));

        List<TraceAction> actions =
                TraceActions.of(TraceEvent.of(spans.get(0).traceId(), Fixtures.TENANT, null, spans));

        assertThat(actions).extracting(action -> action.action().name()).containsExactlyInAnyOrder("Bash", "Write");
        assertThat(actions)
                .filteredOn(action -> action.action().name().equals("Write"))
                .singleElement()
                .satisfies(action -> {
                    assertThat(action.state()).isEqualTo(TraceAction.State.REQUESTED);
                    assertThat(action.action().metadata()).containsEntry("decision", "reject");
                });
    }

    private static JsonNode actual(List<TraceSpan> spans) {
        Map<UUID, TraceSpan> byId = byId(spans);
        Map<UUID, List<TraceSpan>> traces = new LinkedHashMap<>();
        spans.forEach(span ->
                traces.computeIfAbsent(span.traceId(), id -> new ArrayList<>()).add(span));
        ArrayNode all = Json.MAPPER.createArrayNode();
        traces.values().forEach(trace -> {
            ObjectNode json = all.addObject();
            ArrayNode list = json.putArray("spans");
            trace.stream().sorted(Comparator.comparing(TraceSpan::startTime)).forEach(span -> {
                TraceSpan parent = span.parentSpanId() == null ? null : byId.get(span.parentSpanId());
                list.add(fields(span).put("parent", parent == null ? null : parent.operationName()));
            });
            ArrayNode actions = json.putArray("actions");
            TraceActions.of(TraceEvent.of(trace.get(0).traceId(), Fixtures.TENANT, null, trace))
                    .forEach(action -> actions.addObject()
                            .put("name", action.action().name())
                            .put("state", action.state().text())
                            .put("arguments", action.action().arguments())
                            .put("result", action.action().result())
                            .put("success", action.action().success())
                            .put("tool_call_id", action.action().metadata().get("tool_call_id")));
        });
        return all;
    }

    private static ObjectNode fields(TraceSpan span) {
        JsonNode json = Json.tree(TraceJson.write(span));
        ObjectNode fields = Json.MAPPER.createObjectNode();
        for (SpanField<?> field : SpanField.properties()) {
            if (!NOT_COMPARED.contains(field) && json.has(field.name())) {
                fields.set(field.name(), json.get(field.name()));
            }
        }
        return fields;
    }

    private static Map<UUID, TraceSpan> byId(List<TraceSpan> spans) {
        Map<UUID, TraceSpan> byId = new LinkedHashMap<>();
        spans.forEach(span -> byId.put(span.spanId(), span));
        return byId;
    }

    private static List<ExportLogsServiceRequest> oneByOne(ExportLogsServiceRequest request) {
        List<ExportLogsServiceRequest> single = new ArrayList<>();
        for (ResourceLogs resource : request.getResourceLogsList()) {
            for (ScopeLogs scope : resource.getScopeLogsList()) {
                for (LogRecord record : scope.getLogRecordsList()) {
                    ScopeLogs one = scope.toBuilder()
                            .clearLogRecords()
                            .addLogRecords(record)
                            .build();
                    single.add(ExportLogsServiceRequest.newBuilder()
                            .addResourceLogs(
                                    resource.toBuilder().clearScopeLogs().addScopeLogs(one))
                            .build());
                }
            }
        }
        return single;
    }

    private static LogRecord recordOf(ExportLogsServiceRequest request) {
        return request.getResourceLogs(0).getScopeLogs(0).getLogRecords(0);
    }

    private static ExportLogsServiceRequest sample(String name) {
        return OtlpDecoder.logs(Fixtures.resource(name + "-logs.json"), OtlpDecoder.Encoding.JSON);
    }

    private static LogRecord.Builder claude(String event, String... keysAndValues) {
        LogRecord.Builder record =
                LogRecord.newBuilder().setTimeUnixNano(3_100_000_000L).setEventName("claude_code." + event);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            record.addAttributes(Fixtures.attribute(keysAndValues[i], keysAndValues[i + 1]));
        }
        return record;
    }

    private static TraceSpan only(LogRecord.Builder record) {
        List<TraceSpan> spans = map(request("", record));
        assertThat(spans).hasSize(1);
        return spans.get(0);
    }

    private static ExportLogsServiceRequest request(String scope, LogRecord.Builder... records) {
        ScopeLogs.Builder logs = ScopeLogs.newBuilder()
                .setScope(InstrumentationScope.newBuilder().setName(scope));
        List.of(records).forEach(logs::addLogRecords);
        return ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder().addScopeLogs(logs))
                .build();
    }

    private static List<TraceSpan> map(ExportLogsServiceRequest request) {
        MappedLogs mapped = LogMapper.map(request, Fixtures.TENANT, NOW, Prices.NONE);
        assertThat(mapped.rejected()).isEmpty();
        return mapped.spans();
    }
}
