package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.TraceSpan;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogEventsTest {

    private static final Instant NOW = Instant.parse("2026-02-02T02:02:02Z");

    @Test
    void map_groupsBySpan_andKeepsTheWholeRecord() {
        LogRecord.Builder record = record("gen_ai.user.message", 1, Map.of("content", "Hi"))
                .addAttributes(Fixtures.attribute("gen_ai.system", "openai"))
                .setSeverityNumberValue(9)
                .setSeverityText("INFO")
                .setObservedTimeUnixNano(7)
                .setFlags(1);
        MappedLogs mapped =
                LogMapper.map(request(record, record("gen_ai.choice", 2, Map.of())), Fixtures.TENANT, NOW, Prices.NONE);

        TraceSpan partial = mapped.partialSpans().get(0);
        assertThat(mapped.partialSpans()).hasSize(1);
        assertThat(partial.serviceName()).isEqualTo("svc");
        assertThat(partial.startTime()).isEqualTo(Instant.ofEpochSecond(0, 1));
        SpanEvent event = partial.events().get(0);
        assertThat(event.eventType()).isEqualTo("gen_ai.user.message");
        assertThat(event.data())
                .isEqualTo(Map.of(
                        "gen_ai.system",
                        "openai",
                        "otel.log",
                        Map.of(
                                "body",
                                Map.of("content", "Hi"),
                                "severity_number",
                                9L,
                                "severity_text",
                                "INFO",
                                "observed_time_unix_nano",
                                "7",
                                "flags",
                                1L)));
        assertThat(LogEvents.isFromLog(event)).isTrue();
    }

    @Test
    void map_eventNameInAnAttribute_counts() {
        LogRecord.Builder record = record("", 1, Map.of("content", "Hi"))
                .addAttributes(Fixtures.attribute("event.name", "gen_ai.user.message"));

        assertThat(LogMapper.map(request(record), Fixtures.TENANT, NOW, Prices.NONE)
                        .partialSpans())
                .hasSize(1);
    }

    @Test
    void map_otherLogs_areRejected() {
        MappedLogs mapped = LogMapper.map(
                request(record("", 1, "hello"), record("http.access", 1, "x")), Fixtures.TENANT, NOW, Prices.NONE);

        assertThat(mapped.partialSpans()).isEmpty();
        assertThat(mapped.rejected())
                .extracting(MappedRequest.RejectedSpan::index, MappedRequest.RejectedSpan::reason)
                .containsExactly(
                        tuple(0, "not an event with content of a GenAI span; other logs are not stored"),
                        tuple(1, "not an event with content of a GenAI span; other logs are not stored"));
    }

    @Test
    void map_recordWithoutSpan_isRejected() {
        MappedLogs mapped = LogMapper.map(
                request(
                        record("gen_ai.choice", 1, "x"),
                        record("gen_ai.choice", 1, "x").setSpanId(ByteString.EMPTY)),
                Fixtures.TENANT,
                NOW,
                Prices.NONE);

        assertThat(mapped.rejected())
                .containsExactly(new MappedRequestValues.RejectedSpanValues(
                        1, "5b8efff798038103d269b633813fc60c/", "length of span_id != 8 bytes: 0"));
    }

    @Test
    void map_recordWithoutTime_takesTheObservedTimeOrNow() {
        assertThat(LogMapper.map(
                                request(record("gen_ai.choice", 0, "x").setObservedTimeUnixNano(5)),
                                Fixtures.TENANT,
                                NOW,
                                Prices.NONE)
                        .partialSpans()
                        .get(0)
                        .startTime())
                .isEqualTo(Instant.ofEpochSecond(0, 5));
        assertThat(LogMapper.map(request(record("gen_ai.choice", 0, "x")), Fixtures.TENANT, NOW, Prices.NONE)
                        .partialSpans()
                        .get(0)
                        .startTime())
                .isEqualTo(NOW);
    }

    @Test
    void complete_putsMessagesInOrder_whateverOrderTheyCameIn() {
        List<SpanEvent> events = new ArrayList<>(LogMapper.map(
                        request(
                                record("gen_ai.system.message", 1, Map.of("content", "Be brief.")),
                                record("gen_ai.user.message", 2, Map.of("content", "Weather?")),
                                record(
                                        "gen_ai.assistant.message",
                                        3,
                                        Map.of(
                                                "tool_calls",
                                                List.of(Map.of(
                                                        "id", "c1",
                                                        "type", "function",
                                                        "function",
                                                                Map.of(
                                                                        "name",
                                                                        "w",
                                                                        "arguments",
                                                                        "{\"city\":\"Rome\"}"))))),
                                record("gen_ai.tool.message", 4, Map.of("id", "c1", "content", "sunny")),
                                record(
                                        "gen_ai.choice",
                                        5,
                                        Map.of(
                                                "index",
                                                0L,
                                                "finish_reason",
                                                "stop",
                                                "message",
                                                Map.of("content", "Sunny.")))),
                        Fixtures.TENANT,
                        NOW,
                        Prices.NONE)
                .partialSpans()
                .get(0)
                .events());
        TraceSpan span = Fixtures.mapOne(Fixtures.span("gen_ai.operation.name", "chat"));
        TraceSpan completed = LogEvents.complete(span.toBuilder().events(events).build());
        Collections.reverse(events);
        TraceSpan late = LogEvents.complete(
                LogEvents.complete(span.toBuilder().events(events.subList(0, 3)).build()).toBuilder()
                        .events(events)
                        .build());

        assertThat(completed.prompt())
                .isEqualTo(
                        "[{\"role\":\"system\",\"parts\":[{\"type\":\"text\",\"content\":\"Be brief.\"}]},"
                                + "{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Weather?\"}]},"
                                + "{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"c1\",\"name\":\"w\","
                                + "\"arguments\":{\"city\":\"Rome\"}}]},"
                                + "{\"role\":\"tool\",\"parts\":[{\"type\":\"tool_call_response\",\"id\":\"c1\",\"response\":\"sunny\"}]}]");
        assertThat(completed.response())
                .isEqualTo("[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"Sunny.\"}],"
                        + "\"finish_reason\":\"stop\"}]");
        assertThat(late.prompt()).isEqualTo(completed.prompt());
        assertThat(late.response()).isEqualTo(completed.response());
    }

    @Test
    void complete_contentOfTheSpan_wins() {
        TraceSpan span =
                Fixtures.mapOne(Fixtures.span("gen_ai.operation.name", "chat", "gen_ai.input.messages", "own"));
        TraceSpan logs = LogMapper.map(
                        request(record("gen_ai.user.message", 1, Map.of("content", "other"))),
                        Fixtures.TENANT,
                        NOW,
                        Prices.NONE)
                .partialSpans()
                .get(0);

        assertThat(LogEvents.complete(span.toBuilder().events(logs.events()).build())
                        .prompt())
                .isEqualTo("own");
    }

    @Test
    void complete_operationDetails_holdBothWhole() {
        TraceSpan logs = LogMapper.map(
                        request(record("gen_ai.client.inference.operation.details", 1, Map.of())
                                .addAttributes(Fixtures.attribute(
                                        "gen_ai.input.messages", Fixtures.array(Fixtures.any(Map.of("role", "user")))))
                                .addAttributes(
                                        Fixtures.attribute("gen_ai.output.messages", "[{\"role\":\"assistant\"}]"))),
                        Fixtures.TENANT,
                        NOW,
                        Prices.NONE)
                .partialSpans()
                .get(0);
        TraceSpan completed = LogEvents.complete(logs);

        assertThat(completed.prompt()).isEqualTo("[{\"role\":\"user\"}]");
        assertThat(completed.response()).isEqualTo("[{\"role\":\"assistant\"}]");
    }

    @Test
    void complete_toolCallInTheResponse_isAnAction() {
        TraceSpan logs = LogMapper.map(
                        request(record(
                                "gen_ai.choice",
                                1,
                                Map.of(
                                        "finish_reason",
                                        "tool_calls",
                                        "tool_calls",
                                        List.of(Map.of(
                                                "id", "c1", "function", Map.of("name", "w", "arguments", "{}")))))),
                        Fixtures.TENANT,
                        NOW,
                        Prices.NONE)
                .partialSpans()
                .get(0);
        TraceSpan completed = LogEvents.complete(LogEvents.complete(logs));

        assertThat(completed.agentActions()).hasSize(1);
        assertThat(completed.agentActions().get(0).name()).isEqualTo("w");
    }

    private static ExportLogsServiceRequest request(LogRecord.Builder... records) {
        ScopeLogs.Builder scope = ScopeLogs.newBuilder();
        for (LogRecord.Builder record : records) {
            scope.addLogRecords(record);
        }
        Resource.Builder resource = Resource.newBuilder().addAttributes(Fixtures.attribute("service.name", "svc"));
        return ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder().setResource(resource).addScopeLogs(scope))
                .build();
    }

    private static LogRecord.Builder record(String eventName, long nanos, Object body) {
        return LogRecord.newBuilder()
                .setEventName(eventName)
                .setTimeUnixNano(nanos)
                .setTraceId(Fixtures.span().getTraceId())
                .setSpanId(Fixtures.span().getSpanId())
                .setBody(Fixtures.any(body));
    }
}
