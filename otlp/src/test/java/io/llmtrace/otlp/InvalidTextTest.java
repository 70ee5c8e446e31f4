package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.OtlpDecoder.Encoding;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.EntityRef;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text that is not valid Unicode is stored with U+FFFD in the place of what is wrong, wherever it stands. */
class InvalidTextTest {

    /** Stands in the requests where the invalid text will be; as long as U+FFFD in UTF-8. */
    private static final String MARK = "QQQ";

    @ParameterizedTest
    @ValueSource(strings = {"eda0be", "edb094", "ffefbf", "f09f98", "e282"})
    void protobuf_invalidUtf8Anywhere_isReplaced(String hex) {
        byte[] invalid = padded(hex);
        String read = new String(invalid, StandardCharsets.UTF_8);

        DecodedRequest<ExportTraceServiceRequest> decoded =
                OtlpDecoder.readableTraces(replaced(request(MARK).toByteArray(), invalid), Encoding.PROTOBUF);

        assertThat(decoded.request()).isEqualTo(request(read));
        assertThat(read).contains("\ufffd");
        assertThat(decoded.textReplaced()).isTrue();
        assertThat(decoded.unreadable()).isZero();
    }

    @Test
    void protobuf_halfOfASurrogatePair_isOneReplacement() {
        byte[] body = replaced(request(MARK).toByteArray(), HexFormat.of().parseHex("eda0be"));

        assertThat(OtlpDecoder.traces(body, Encoding.PROTOBUF)).isEqualTo(request("\ufffd"));
    }

    @Test
    void protobuf_logs_areReplaced() {
        byte[] body = replaced(logs(MARK).toByteArray(), HexFormat.of().parseHex("eda0be"));

        assertThat(OtlpDecoder.readableLogs(body, Encoding.PROTOBUF).request()).isEqualTo(logs("\ufffd"));
    }

    @Test
    void protobuf_validText_isUntouched() {
        ExportTraceServiceRequest request = request("𝔘 \0 😀 \uffff");
        DecodedRequest<ExportTraceServiceRequest> decoded =
                OtlpDecoder.readableTraces(request.toByteArray(), Encoding.PROTOBUF);

        assertThat(decoded.request()).isEqualTo(request);
        assertThat(decoded.textReplaced()).isFalse();
    }

    @Test
    void protobuf_otherFieldsOfAnInvalidSpan_areKept() {
        Span.Builder span = Fixtures.span("i", 7L, "d", 0.5, "b", true)
                .setName(MARK)
                .setFlags(257)
                .setKind(Span.SpanKind.SPAN_KIND_CLIENT)
                .setParentSpanId(Fixtures.hex("0000000000000001"))
                .addLinks(Span.Link.newBuilder().setTraceId(Fixtures.hex("5b8efff798038103d269b633813fc60c")))
                .setDroppedLinksCount(3)
                .setUnknownFields(com.google.protobuf.UnknownFieldSet.newBuilder()
                        .addField(
                                9_000,
                                com.google.protobuf.UnknownFieldSet.Field.newBuilder()
                                        .addVarint(1)
                                        .addLengthDelimited(ByteString.copyFromUtf8("new"))
                                        .build())
                        .build());
        byte[] body =
                replaced(Fixtures.request(span).toByteArray(), HexFormat.of().parseHex("eda0be"));

        assertThat(OtlpDecoder.traces(body, Encoding.PROTOBUF)).isEqualTo(Fixtures.request(span.setName("\ufffd")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ud83e", "\\uD83E", "\\udd14", "\\ud83e\\ud83e"})
    void json_halvesOfSurrogatePairs_areReplaced(String escaped) {
        String expected = "\ufffd".repeat(escaped.length() / 6);
        DecodedRequest<ExportTraceServiceRequest> decoded =
                OtlpDecoder.readableTraces(json(escaped.getBytes(StandardCharsets.UTF_8)), Encoding.JSON);

        assertThat(decoded.request()).isEqualTo(json(expected));
        assertThat(decoded.textReplaced()).isTrue();
        assertThat(decoded.unreadable()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "eda0be", "f09f98", "c0af", "f5808080"})
    void json_invalidUtf8_isReplaced(String hex) {
        byte[] invalid = HexFormat.of().parseHex(hex);
        DecodedRequest<ExportTraceServiceRequest> decoded = OtlpDecoder.readableTraces(json(invalid), Encoding.JSON);

        assertThat(decoded.request()).isEqualTo(json(new String(invalid, StandardCharsets.UTF_8)));
        assertThat(decoded.textReplaced()).isTrue();
    }

    @Test
    void json_surrogatePairs_areUntouched() {
        DecodedRequest<ExportTraceServiceRequest> decoded =
                OtlpDecoder.readableTraces(json("\\ud83e\\udd14".getBytes(StandardCharsets.UTF_8)), Encoding.JSON);

        assertThat(decoded.request()).isEqualTo(json("🤔"));
        assertThat(decoded.textReplaced()).isFalse();
    }

    @Test
    void json_escapesThatAreNoHalves_areUntouched() {
        byte[] escaped = "\\\\ud83e \\ud83e\\udd14 \\u00e9".getBytes(StandardCharsets.UTF_8);

        assertThat(OtlpDecoder.traces(json(escaped), Encoding.JSON)).isEqualTo(json("\\ud83e 🤔 é"));
    }

    @Test
    void json_inUtf16_isStillRead() {
        byte[] utf16 = "{\"resourceSpans\":[{\"schemaUrl\":\"ü\"}]}".getBytes(StandardCharsets.UTF_16LE);

        assertThat(OtlpDecoder.traces(utf16, Encoding.JSON).getResourceSpans(0).getSchemaUrl())
                .isEqualTo("ü");
    }

    @Test
    void mapped_spanWithInvalidText_isStored_andItsChatIsValid() {
        String messages = "[{\"role\":\"user\",\"content\":\"cut \\\\ud83e\"}]";
        byte[] body = ("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{"
                        + "\"traceId\":\"5b8efff798038103d269b633813fc60c\",\"spanId\":\"eee19b7ec3c1b174\","
                        + "\"name\":\"chat\",\"startTimeUnixNano\":\"1767607200000000000\",\"attributes\":["
                        + "{\"key\":\"gen_ai.operation.name\",\"value\":{\"stringValue\":\"chat\"}},"
                        + "{\"key\":\"gen_ai.input.messages\",\"value\":{\"stringValue\":\""
                        + messages.replace("\"", "\\\"") + "\"}}]}]}]}]}")
                .getBytes(StandardCharsets.UTF_8);

        TraceSpan span = Fixtures.mapOne(OtlpDecoder.traces(body, Encoding.JSON));

        assertThat(Chats.of(span).input().get(0).parts().get(0).text()).isEqualTo("cut \ufffd");
    }

    private static ExportTraceServiceRequest request(String text) {
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .setResource(Resource.newBuilder()
                                .addAttributes(Fixtures.attribute(text, text))
                                .addEntityRefs(
                                        EntityRef.newBuilder().setType(text).addIdKeys(text)))
                        .setSchemaUrl(text)
                        .addScopeSpans(ScopeSpans.newBuilder()
                                .setScope(InstrumentationScope.newBuilder()
                                        .setName(text)
                                        .setVersion(text)
                                        .addAttributes(Fixtures.attribute(text, text)))
                                .setSchemaUrl(text)
                                .addSpans(Fixtures.span("gen_ai.prompt", "fine"))
                                .addSpans(Fixtures.span(text, "a " + text, "list", nested(text))
                                        .setName(text)
                                        .setTraceState(text)
                                        .addEvents(Span.Event.newBuilder()
                                                .setName(text)
                                                .addAttributes(Fixtures.attribute(text, text)))
                                        .addLinks(Span.Link.newBuilder()
                                                .setTraceState(text)
                                                .addAttributes(Fixtures.attribute(text, text)))
                                        .setStatus(Status.newBuilder().setMessage(text)))))
                .build();
    }

    private static ExportLogsServiceRequest logs(String text) {
        return ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder()
                        .addScopeLogs(ScopeLogs.newBuilder()
                                .addLogRecords(LogRecord.newBuilder()
                                        .setSeverityText(text)
                                        .setEventName("gen_ai.choice")
                                        .setBody(nested(text)))))
                .build();
    }

    private static AnyValue nested(String text) {
        AnyValue value = AnyValue.newBuilder().setStringValue(text).build();
        return AnyValue.newBuilder()
                .setArrayValue(ArrayValue.newBuilder()
                        .addValues(value)
                        .addValues(AnyValue.newBuilder()
                                .setKvlistValue(KeyValueList.newBuilder()
                                        .addValues(Fixtures.attribute(text, Fixtures.array(text, 1L))))))
                .build();
    }

    /** Returns a request in JSON, with bytes in place of the texts of {@link #json(String)}. */
    private static byte[] json(byte[] text) {
        String json = """
                {"resourceSpans":[{"resource":{"attributes":[{"key":"QQQ","value":{"stringValue":"QQQ"}}]},
                "scopeSpans":[{"scope":{"name":"QQQ"},"spans":[{"name":"QQQ","status":{"message":"QQQ"},
                "events":[{"name":"QQQ"}],
                "attributes":[{"key":"QQQ","value":{"arrayValue":{"values":[{"stringValue":"a QQQ"}]}}}]}]}]}]}""";
        return replaced(json.getBytes(StandardCharsets.UTF_8), text);
    }

    private static ExportTraceServiceRequest json(String text) {
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .setResource(Resource.newBuilder().addAttributes(Fixtures.attribute(text, text)))
                        .addScopeSpans(ScopeSpans.newBuilder()
                                .setScope(InstrumentationScope.newBuilder().setName(text))
                                .addSpans(Span.newBuilder()
                                        .setName(text)
                                        .setStatus(Status.newBuilder().setMessage(text))
                                        .addEvents(Span.Event.newBuilder().setName(text))
                                        .addAttributes(Fixtures.attribute(text, Fixtures.array("a " + text))))))
                .build();
    }

    /** Returns bytes of the length of the mark. */
    private static byte[] padded(String hex) {
        return HexFormat.of().parseHex(hex + "41".repeat(MARK.length() - hex.length() / 2));
    }

    private static byte[] replaced(byte[] body, byte[] text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < body.length; i++) {
            if (new String(body, i, Math.min(MARK.length(), body.length - i), StandardCharsets.ISO_8859_1)
                    .equals(MARK)) {
                out.writeBytes(text);
                i += MARK.length() - 1;
            } else {
                out.write(body[i]);
            }
        }
        return out.toByteArray();
    }
}
