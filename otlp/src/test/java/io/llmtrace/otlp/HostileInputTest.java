package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.OtlpDecoder.Encoding;
import io.llmtrace.testkit.Seeds;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every span that is sent, however malformed, becomes a stored span or a rejection with a reason. {@code -Dllmtrace.rounds=N}
 * sends N mutated requests.
 */
class HostileInputTest {

    private static final int INPUTS = 20_000;

    private final Remapper remapper = new Remapper(Prices.builtIn());

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void mutatedRequests_areStoredOrRejected() {
        Seeds.run(INPUTS, seed -> {
            Mutations mutations = new Mutations(seed);
            switch (mutations.choice(4)) {
                case 0 -> send(mutations.request());
                case 1 -> sendBytes(mutations.protobuf(), Encoding.PROTOBUF);
                case 2 -> sendBytes(mutations.json(), Encoding.JSON);
                default -> sendLogs(mutations.logs());
            }
        });
    }

    static List<Span.Builder> hostileSpans() {
        String deepJson = "[".repeat(100_000) + "]".repeat(100_000);
        String deepMessage = "{\"role\":\"user\",\"parts\":[".repeat(900) + "]}".repeat(900);
        return List.of(
                Fixtures.span("gen_ai.prompt.999999999.role", "user", "gen_ai.prompt.999999999.content", "x"),
                Fixtures.span("gen_ai.prompt.-1.role", "user", "gen_ai.prompt.00001.role", "user"),
                Fixtures.span("gen_ai.prompt.0.tool_calls.99999999999999999999.name", "x"),
                Fixtures.span("__proto__", "x", "constructor", "y", "gen_ai.prompt.__proto__.role", "z"),
                Fixtures.span("metadata", "{\"__proto__\":{\"a\":1},\"a\":1,\"a\":2}"),
                Fixtures.span("k".repeat(1 << 20), "v", ("gen_ai.prompt." + "0.".repeat(100_000)), "v"),
                Fixtures.span("", "", " ", " ", ".", ".", "..", ".N"),
                Fixtures.span("gen_ai.input.messages", deepJson, "gen_ai.output.messages", deepMessage),
                Fixtures.span("gen_ai.output.messages", "[{\"tool\":" + deepMessage + "}]"),
                Fixtures.span("gen_ai.usage.input_tokens", Double.NaN, "gen_ai.usage.output_tokens", -1e308),
                Fixtures.span("gen_ai.usage.input_tokens", "1e999999999", "gen_ai.usage.cost", "9".repeat(5_000)),
                Fixtures.span(
                        "gen_ai.usage.input_tokens", Long.MAX_VALUE, "gen_ai.usage.output_tokens", Long.MAX_VALUE),
                Fixtures.span("gen_ai.input.messages", "[{\"role\":\"user\",\"content\":1e999999999}]"),
                Fixtures.span("llm.invocation_parameters", "{\"model\":" + "9".repeat(100_000) + "}"),
                Fixtures.span("langfuse.observation.usage_details", "{\"input\":1e400,\"output\":-1}"),
                Fixtures.span("langfuse.observation.completion_start_time", "+999999999-12-31T23:59:59Z"),
                Fixtures.span("gen_ai.response.time_to_first_chunk", 1e300),
                Fixtures.span("server.address", "https://" + "a".repeat(1 << 20)),
                Fixtures.span("gen_ai.request.model", "m".repeat(1 << 20), "gen_ai.operation.name", "chat"),
                Fixtures.span(
                        "gen_ai.operation.name",
                        AnyValue.newBuilder().setBytesValue(Fixtures.hex("ff")).build()),
                Fixtures.span("llmtrace.mapping", "x".repeat(1 << 20), "llmtrace.absent", Fixtures.array("trace_id")),
                Fixtures.span("llmtrace.mapping", "1 native=trace_id,attributes,start_time"),
                Fixtures.span("otel.span", "x", "otel.resource", Fixtures.array("y")),
                Fixtures.span("error.type", "A.".repeat(100_000) + "Error")
                        .setStatus(Status.newBuilder().setCodeValue(2).setMessage("status: ".repeat(200_000))),
                Fixtures.span("a", nested(90))
                        .addEvents(Span.Event.newBuilder()
                                .setName("gen_ai..message")
                                .setTimeUnixNano(-1)
                                .addAttributes(Fixtures.attribute("content", nested(90)))),
                Fixtures.span().addEvents(Span.Event.newBuilder().setName("gen_ai.message")),
                Fixtures.span()
                        .addEvents(Span.Event.newBuilder()
                                .setName("gen_ai.choice")
                                .addAttributes(Fixtures.attribute("message." + "0.".repeat(100_000), "x"))
                                .addAttributes(Fixtures.attribute("message", "x"))
                                .addAttributes(Fixtures.attribute("message.9.8.7.6.5.4.3.2.1", nested(90)))
                                .addAttributes(Fixtures.attribute("tool_calls..", "x"))),
                Fixtures.span(
                        "langfuse.observation.input",
                        "[" + "7,".repeat(2_000_000) + "{\"role\":\"user\",\"content\":\"x\"}]"),
                Fixtures.span(
                        "langfuse.observation.input",
                        "[" + "{},".repeat(500_000) + "{\"role\":\"user\",\"content\":\"x\"}]"),
                Fixtures.span("langfuse.observation.input", "{\"input\":".repeat(900) + "7" + "}".repeat(900)),
                Fixtures.span("gen_ai.input.messages", textInText(14)),
                Fixtures.span(
                        "langfuse.observation.type",
                        "tool",
                        "langfuse.observation.output",
                        "{\"tool_call_id\":" + deepJson + "}"),
                Fixtures.span("langfuse.trace.tags", "a,".repeat(500_000), "langfuse.metadata", deepJson),
                Fixtures.span().setNameBytes(ByteString.copyFromUtf8("gen_ai." + "x".repeat(1 << 20))));
    }

    @ParameterizedTest
    @MethodSource("hostileSpans")
    @Timeout(value = 1, unit = TimeUnit.MINUTES)
    void hostileSpan_isStoredOrRejected(Span.Builder span) {
        send(Fixtures.request(span));
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES)
    void manyMessages_takeTimeInProportion() {
        Span.Builder span = Fixtures.span("gen_ai.operation.name", "chat");
        for (int i = 0; i < 60_000; i++) {
            span.addAttributes(
                    Fixtures.attribute("llm.input_messages." + i + ".message.contents.0.message_content.text", "x"));
        }

        TraceSpan mapped = Fixtures.mapOne(span);

        assertThat(Chats.of(mapped).input()).hasSize(10_001);
    }

    private void send(ExportTraceServiceRequest request) {
        MappedRequest mapped = SpanMapper.map(request, Fixtures.TENANT);

        int sent = request.getResourceSpansList().stream()
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .mapToInt(scope -> scope.getSpansCount())
                .sum();
        assertThat(mapped.spans().size() + mapped.rejected().size()).isEqualTo(sent);
        mapped.rejected()
                .forEach(rejected -> assertThat(rejected.reason()).isNotBlank().isNotEqualTo("null"));
        for (TraceSpan span : mapped.spans()) {
            String json = TraceJson.write(span);
            assertThat(TraceJson.readSpan(json)).isEqualTo(span);
            assertThat(TraceJson.write(Chats.of(span))).startsWith("{\"system\":[");
            TokenBuckets.of(span);
            TraceSpan again = remapper.remap(span);
            assertThat(TraceJson.write(remapper.remap(again))).isEqualTo(TraceJson.write(again));
        }
    }

    private void sendBytes(byte[] body, Encoding encoding) {
        ExportTraceServiceRequest request;
        try {
            request = OtlpDecoder.readableTraces(body, encoding).request();
        } catch (MalformedRequestException e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        send(request);
    }

    private void sendLogs(ExportLogsServiceRequest request) {
        MappedLogs mapped = LogMapper.map(request, Fixtures.TENANT, Instant.EPOCH, Prices.NONE);
        mapped.rejected().forEach(rejected -> assertThat(rejected.reason()).isNotBlank());
        for (TraceSpan span : mapped.spans()) {
            assertThat(TraceJson.readSpan(TraceJson.write(span))).isEqualTo(span);
            TraceSpan again = remapper.remap(span);
            assertThat(TraceJson.write(remapper.remap(again))).isEqualTo(TraceJson.write(again));
        }
        for (TraceSpan span : mapped.partialSpans()) {
            TraceSpan completed = LogEvents.complete(span);
            assertThat(LogEvents.complete(completed)).isEqualTo(completed);
            assertThat(TraceJson.write(Chats.of(completed))).startsWith("{\"system\":[");
        }
    }

    /** Returns a message whose text holds parts whose text holds parts, and so on. */
    private static String textInText(int levels) {
        String text = "x";
        for (int i = 0; i < levels; i++) {
            text = "[{\"type\":\"text\",\"text\":" + TraceJson.write(text) + "}]";
        }
        return "[{\"role\":\"user\",\"content\":" + TraceJson.write(text) + "}]";
    }

    private static AnyValue nested(int levels) {
        AnyValue value = AnyValue.newBuilder().setStringValue("x").build();
        for (int i = 0; i < levels; i++) {
            value = AnyValue.newBuilder()
                    .setArrayValue(ArrayValue.newBuilder().addValues(value))
                    .build();
        }
        return value;
    }
}
