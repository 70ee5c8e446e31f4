package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UnknownFieldSet;
import io.llmtrace.otlp.internal.wire.AttributeCodec;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtlpDecoderTest {

    @Test
    void traces_json_readsEveryType() {
        Span span = only(spanJson("""
                "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174","name":"n","kind":3,
                "startTimeUnixNano":"18446744073709551615","endTimeUnixNano":1767607200000000001,"flags":257,
                "status":{"code":2,"message":"m"},"newField":{"deep":[1,{"x":null}]},"traceState":null,
                "attributes":[
                  {"key":"s","value":{"stringValue":"\\u00fc\\ud83d\\ude00"}},
                  {"key":"i","value":{"intValue":"-9223372036854775808"}},
                  {"key":"j","value":{"intValue":9223372036854775807}},
                  {"key":"k","value":{"intValue":1.5e3}},
                  {"key":"d","value":{"doubleValue":0.1}},
                  {"key":"e","value":{"doubleValue":"-Infinity"}},
                  {"key":"b","value":{"boolValue":true}},
                  {"key":"y","value":{"bytesValue":"/+8="}},
                  {"key":"a","value":{"arrayValue":{"values":[{"intValue":1},null,{}]}}},
                  {"key":"l","value":{"arrayValue":{}}},
                  {"key":"m","value":{"kvlistValue":{"values":[{"key":"x","value":{"boolValue":false}}]}}},
                  {"key":"n","value":{}}
                ]
                """));

        assertThat(span.getTraceId()).isEqualTo(Fixtures.hex("5b8efff798038103d269b633813fc60c"));
        assertThat(span.getSpanId()).isEqualTo(Fixtures.hex("eee19b7ec3c1b174"));
        assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
        assertThat(span.getStartTimeUnixNano()).isEqualTo(-1L);
        assertThat(span.getEndTimeUnixNano()).isEqualTo(1767607200000000001L);
        assertThat(span.getFlags()).isEqualTo(257);
        assertThat(span.getStatus().getCodeValue()).isEqualTo(2);
        assertThat(span.getTraceState()).isEmpty();
        AnyValue falseValue = AnyValue.newBuilder().setBoolValue(false).build();
        assertThat(span.getAttributesList())
                .containsExactly(
                        Fixtures.attribute("s", "ü😀"),
                        Fixtures.attribute("i", Long.MIN_VALUE),
                        Fixtures.attribute("j", Long.MAX_VALUE),
                        Fixtures.attribute("k", 1500L),
                        Fixtures.attribute("d", 0.1),
                        Fixtures.attribute("e", Double.NEGATIVE_INFINITY),
                        Fixtures.attribute("b", true),
                        Fixtures.attribute("y", AttributeCodec.decode(Map.of("bytesValue", "/+8="))),
                        Fixtures.attribute(
                                "a", Fixtures.array(1L, AnyValue.getDefaultInstance(), AnyValue.getDefaultInstance())),
                        Fixtures.attribute("l", Fixtures.array()),
                        Fixtures.attribute(
                                "m",
                                AnyValue.newBuilder()
                                        .setKvlistValue(KeyValueList.newBuilder()
                                                .addValues(Fixtures.attribute("x", falseValue)))
                                        .build()),
                        Fixtures.attribute("n", AnyValue.getDefaultInstance()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                                  | at the top (line 1, column 0): expected an object, got the end",
                "[]                                  | at the top (line 1, column 1): expected an object, got an array",
                "{                                   | not JSON at line 1, column 2: Unexpected end-of-input: expected close marker for Object (start marker at line: 1, column: 1)",
                "{\"resourceSpans\":[}               | not JSON at line 1, column 19",
                "{\"resourceSpans\":5}               | at /resourceSpans (line 1, column 18): expected an array, got a number",
                "{\"resourceSpans\":[5]}             | at /resourceSpans/0 (line 1, column 19): expected an object, got a number",
                "{} {}                               | something follows the end of the request",
                "{\"a\":nul}                         | not JSON at line 1",
                "{\"resourceSpans\":[{\"schemaUrl\":1}]} | at /resourceSpans/0/schemaUrl (line 1, column 32): expected a string, got a number",
            })
    void traces_brokenJson_saysWhere(String json, String message) {
        assertMalformed(json, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"traceId\":\"abc\"              | /spans/0/traceId (line 1, column 55): expected an even number of hex digits",
                "\"traceId\":\"zz\"               | expected an even number of hex digits",
                "\"traceId\":7                    | expected hex digits, got a number",
                "\"traceId\":\"x=\"               | expected base64, got another string",
                "\"startTimeUnixNano\":-1         | number out of the range of fixed64",
                "\"startTimeUnixNano\":\"-1\"     | number out of the range of fixed64",
                "\"startTimeUnixNano\":\"18446744073709551616\" | number out of the range of fixed64",
                "\"startTimeUnixNano\":1.5        | expected a whole number, got a number",
                "\"startTimeUnixNano\":\"x\"      | expected a whole number, got another string",
                "\"startTimeUnixNano\":1e999999999 | number out of range",
                "\"startTimeUnixNano\":{}         | expected a whole number, got an object",
                "\"kind\":\"CUSTOMER\"            | not a SpanKind",
                "\"kind\":\"\"                    | not a SpanKind",
                "\"kind\":[]                      | expected a whole number, got an array",
                "\"flags\":4294967296             | number out of the range of fixed32",
                "\"name\":{}                      | expected a string, got an object",
                "\"status\":[]                    | expected an object, got an array",
                "\"attributes\":{}                | expected an array, got an object",
                "\"attributes\":[{\"value\":{\"intValue\":9223372036854775808}}] | number out of the range of int64",
                "\"attributes\":[{\"value\":{\"doubleValue\":1e999}}]    | number beyond 64-bit floating point",
                "\"attributes\":[{\"value\":{\"doubleValue\":\"x\"}}]    | expected a number, got another string",
                "\"attributes\":[{\"value\":{\"boolValue\":\"yes\"}}]    | expected true or false, got another string",
                "\"attributes\":[{\"value\":{\"boolValue\":1}}]          | expected true or false, got a number",
                "\"attributes\":[{\"value\":{\"bytesValue\":\"***\"}}]   | expected base64, got another string",
                "\"attributes\":[{\"value\":\"plain\"}]                  | expected an object, got another string",
            })
    void traces_wrongValueInJson_saysWhere(String fields, String message) {
        assertMalformed(spanJson(fields), message);
    }

    @ParameterizedTest
    @CsvSource({"3", "'3'", "SPAN_KIND_CLIENT", "CLIENT", "client", "Client", "span_kind_client"})
    void traces_kindInJson_isReadAsNumberOrName(String kind) {
        String json = kind.equals("3") ? kind : "\"" + kind.replace("'", "") + "\"";

        assertThat(only(spanJson("\"kind\":" + json)).getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "'\"true\"', true", "'\"True\"', true", "'\"false\"', false", "'\"FALSE\"', false"})
    void traces_booleanInJson_isReadAlsoFromText(String json, boolean value) {
        assertThat(only(spanJson("\"attributes\":[{\"key\":\"b\",\"value\":{\"boolValue\":" + json + "}}]"))
                        .getAttributesList())
                .containsExactly(Fixtures.attribute("b", value));
    }

    /** What protobuf's own writer of JSON makes of a span, which exporters that are not OpenTelemetry's use. */
    @Test
    void traces_jsonOfProtobuf_isRead() {
        Span span = only(spanJson("""
                "trace_id":"W47/95gDgQPSabYzgT/GDA==","span_id":"7uGbfsPBsXQ=","kind":"SPAN_KIND_SERVER",
                "start_time_unix_nano":"1767607200000000001","status":{"code":"STATUS_CODE_ERROR"},"flags":"257",
                "attributes":[{"key":"d","value":{"double_value":"0.5"}},{"key":"i","value":{"int_value":"7"}}]
                """));

        assertThat(span.getTraceId()).isEqualTo(Fixtures.hex("5b8efff798038103d269b633813fc60c"));
        assertThat(span.getSpanId()).isEqualTo(Fixtures.hex("eee19b7ec3c1b174"));
        assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
        assertThat(span.getStartTimeUnixNano()).isEqualTo(1767607200000000001L);
        assertThat(span.getStatus().getCodeValue()).isEqualTo(2);
        assertThat(span.getFlags()).isEqualTo(257);
        assertThat(span.getAttributesList()).containsExactly(Fixtures.attribute("d", 0.5), Fixtures.attribute("i", 7L));
    }

    @ParameterizedTest
    @CsvSource({
        "instrumentationLibrarySpans, instrumentationLibrary",
        "instrumentation_library_spans, instrumentation_library",
    })
    void traces_jsonOfOtlp014_isReadWithItsLibrary(String spans, String library) {
        String json = "{\"resourceSpans\":[{\"" + spans + "\":[{\"" + library
                + "\":{\"name\":\"lib\",\"version\":\"1\"},\"spans\":[{\"name\":\"a\"},{\"name\":\"b\"}]}]}]}";

        assertThat(OtlpDecoder.traces(json.getBytes(StandardCharsets.UTF_8), OtlpDecoder.Encoding.JSON))
                .isEqualTo(withLibrary());
    }

    @ParameterizedTest
    @CsvSource({"instrumentationLibraryLogs, logs", "instrumentation_library_logs, log_records"})
    void logs_jsonOfOtlp014_areRead(String logs, String records) {
        String json = "{\"resourceLogs\":[{\"" + logs + "\":[{\"instrumentationLibrary\":{\"name\":\"lib\"},\""
                + records + "\":[{\"body\":{\"stringValue\":\"x\"}}]}]}]}";

        ScopeLogs read = OtlpDecoder.logs(json.getBytes(StandardCharsets.UTF_8), OtlpDecoder.Encoding.JSON)
                .getResourceLogs(0)
                .getScopeLogs(0);

        assertThat(read.getScope().getName()).isEqualTo("lib");
        assertThat(read.getLogRecords(0).getBody().getStringValue()).isEqualTo("x");
    }

    /** OTLP 0.15 to 0.19 had the field of 0.14 under a number of its own. */
    @Test
    void traces_protobufWithFormerNumber_isReadWithItsLibrary() {
        byte[] body = formerly(withLibrary()).toByteArray();

        assertThat(OtlpDecoder.traces(body, OtlpDecoder.Encoding.PROTOBUF)).isEqualTo(withLibrary());
        assertThat(OtlpDecoder.memoryForTraces(body, OtlpDecoder.Encoding.PROTOBUF))
                .isEqualTo(OtlpDecoder.memoryForTraces(withLibrary().toByteArray(), OtlpDecoder.Encoding.PROTOBUF));
    }

    @Test
    void traces_protobufWithFormerNumber_refusesOnlyWhatCannotBeRead() {
        ScopeSpans damaged = ScopeSpans.newBuilder()
                .addSpans(Span.newBuilder().setName("fine"))
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                ScopeSpans.SPANS_FIELD_NUMBER,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(Fixtures.hex("ff"))
                                        .build())
                        .build())
                .build();

        DecodedRequest<ExportTraceServiceRequest> decoded = OtlpDecoder.readableTraces(
                formerly(ExportTraceServiceRequest.newBuilder()
                                .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(damaged))
                                .build())
                        .toByteArray(),
                OtlpDecoder.Encoding.PROTOBUF);

        assertThat(decoded.request().getResourceSpans(0).getScopeSpans(0).getSpansList())
                .extracting(Span::getName)
                .containsExactly("fine", "");
        assertThat(decoded.firstFailure()).startsWith("at /resourceSpans/0/scopeSpans/0/spans/1: ");
    }

    private static ExportTraceServiceRequest withLibrary() {
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .addScopeSpans(ScopeSpans.newBuilder()
                                .setScope(InstrumentationScope.newBuilder()
                                        .setName("lib")
                                        .setVersion("1"))
                                .addSpans(Span.newBuilder().setName("a"))
                                .addSpans(Span.newBuilder().setName("b"))))
                .build();
    }

    /** Moves the scopes of each resource to the field 1000. */
    private static ExportTraceServiceRequest formerly(ExportTraceServiceRequest request) {
        ExportTraceServiceRequest.Builder former = request.toBuilder();
        for (ResourceSpans.Builder resource : former.getResourceSpansBuilderList()) {
            UnknownFieldSet.Field.Builder field = UnknownFieldSet.Field.newBuilder();
            resource.getScopeSpansList().forEach(scope -> field.addLengthDelimited(scope.toByteString()));
            resource.clearScopeSpans()
                    .setUnknownFields(UnknownFieldSet.newBuilder()
                            .addField(1000, field.build())
                            .build());
        }
        return former.build();
    }

    @Test
    void traces_jsonNestedTooDeep_isRefused() {
        String deep = "{\"arrayValue\":{\"values\":[".repeat(60) + "{}" + "]}}".repeat(60);

        assertMalformed(
                spanJson("\"attributes\":[{\"key\":\"k\",\"value\":" + deep + "}]"), "nested deeper than 100 messages");
    }

    @Test
    void traces_truncatedProtobuf_saysWhere() {
        byte[] whole = Fixtures.request(Fixtures.span()).toByteArray();

        for (int length = 1; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> OtlpDecoder.traces(part, OtlpDecoder.Encoding.PROTOBUF))
                    .isInstanceOf(MalformedRequestException.class)
                    .hasMessageMatching(
                            "(?s)not a protobuf ExportTraceServiceRequest at byte \\d+ of " + length + ": .*");
        }
    }

    @Test
    void traces_emptyProtobuf_isAnEmptyRequest() {
        assertThat(OtlpDecoder.traces(new byte[0], OtlpDecoder.Encoding.PROTOBUF))
                .isEqualTo(ExportTraceServiceRequest.getDefaultInstance());
    }

    private static void assertMalformed(String json, String message) {
        assertThatThrownBy(() -> OtlpDecoder.traces(json.getBytes(StandardCharsets.UTF_8), OtlpDecoder.Encoding.JSON))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessageContaining(message);
    }

    private static String spanJson(String fields) {
        return "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{" + fields + "}]}]}]}";
    }

    private static Span only(String json) {
        return OtlpDecoder.traces(json.getBytes(StandardCharsets.UTF_8), OtlpDecoder.Encoding.JSON)
                .getResourceSpans(0)
                .getScopeSpans(0)
                .getSpans(0);
    }
}
