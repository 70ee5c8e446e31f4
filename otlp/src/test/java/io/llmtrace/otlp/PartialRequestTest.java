package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.OtlpDecoder.Encoding;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A span that cannot be read is refused with its path, and the others of the request are stored. */
class PartialRequestTest {

    private static final String SPANS = "/resourceSpans/0/scopeSpans/0/spans/";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"traceId\":\"xyz\"                 | traceId (line 1, column N): expected an even number of hex digits, got another string",
                "\"traceId\":12                      | traceId (line 1, column N): expected hex digits, got a number",
                "\"startTimeUnixNano\":\"noon\"      | startTimeUnixNano (line 1, column N): expected a whole number, got another string",
                "\"startTimeUnixNano\":-5            | startTimeUnixNano (line 1, column N): number out of the range of fixed64",
                "\"endTimeUnixNano\":{\"s\":[1,{}]}  | endTimeUnixNano (line 1, column N): expected a whole number, got an object",
                "\"kind\":\"CUSTOMER\"               | kind (line 1, column N): not a SpanKind",
                "\"attributes\":{\"a\":[{}]}         | attributes (line 1, column N): expected an array, got an object",
                "\"attributes\":[{\"key\":\"a\",\"value\":{\"intValue\":\"x\"}},{\"key\":\"b\"}] | attributes/0/value/intValue (line 1, column N): expected a whole number, got another string",
                "\"attributes\":[{\"key\":\"a\",\"value\":[[1]]}] | attributes/0/value (line 1, column N): expected an object, got an array",
                "\"events\":[{\"name\":{}}],\"name\":\"x\" | events/0/name (line 1, column N): expected a string, got an object",
            })
    void json_badValue_refusesItsOwnSpan(String field, String reason) {
        String body = request(good(1), "{" + field + ",\"spanId\":\"0000000000000002\"}", good(3));

        Mapped mapped = mapTraces(body.getBytes(StandardCharsets.UTF_8), Encoding.JSON);

        assertThat(mapped.spanIds()).containsExactly(1L, 3L);
        assertThat(mapped.reasons())
                .singleElement()
                .satisfies(actual -> assertThat(actual.replaceAll("column \\d+", "column N"))
                        .isEqualTo("1 at " + SPANS + "1/" + reason));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "5        | expected an object, got a number",
                "[[{}]]   | expected an object, got an array",
                "\"span\" | expected an object, got another string",
            })
    void json_itemThatIsNoSpan_isRefused(String item, String reason) {
        Mapped mapped = mapTraces(request(item, good(2)).getBytes(StandardCharsets.UTF_8), Encoding.JSON);

        assertThat(mapped.spanIds()).containsExactly(2L);
        assertThat(mapped.reasons())
                .singleElement()
                .satisfies(actual -> assertThat(actual)
                        .startsWith("0 at " + SPANS + "0 (line 1")
                        .endsWith(reason));
    }

    @Test
    void json_resourceThatCannotBeRead_refusesItsOwnSpans() {
        String bad = "{\"scopeSpans\":[{\"spans\":[" + good(1) + "," + good(2) + "]}],"
                + "\"resource\":{\"attributes\":[{\"key\":7}]},\"schemaUrl\":\"s\"}";
        String fine = "{\"scopeSpans\":[{\"spans\":[" + good(3) + "]}]}";

        Mapped mapped = mapTraces(
                ("{\"resourceSpans\":[" + bad + ",8," + fine + "]}").getBytes(StandardCharsets.UTF_8), Encoding.JSON);

        assertThat(mapped.spanIds()).containsExactly(3L);
        assertThat(mapped.reasons()).hasSize(3);
        assertThat(mapped.reasons().get(0)).startsWith("0 at /resourceSpans/0/resource/attributes/0/key (line 1");
        assertThat(mapped.reasons().get(1)).startsWith("1 at /resourceSpans/0/resource/attributes/0/key (line 1");
        assertThat(mapped.reasons().get(2)).startsWith("2 at /resourceSpans/1 (line 1");
    }

    @Test
    void json_nestedTooDeep_refusesItsOwnSpan() {
        String deep = "{\"arrayValue\":{\"values\":[".repeat(1_000) + "{}" + "]}}".repeat(1_000);
        String body = request(good(1), "{\"attributes\":[{\"key\":\"k\",\"value\":" + deep + "}]}", good(3));

        Mapped mapped = mapTraces(body.getBytes(StandardCharsets.UTF_8), Encoding.JSON);

        assertThat(mapped.spanIds()).containsExactly(1L, 3L);
        assertThat(mapped.reasons())
                .singleElement()
                .satisfies(reason -> assertThat(reason)
                        .startsWith("1 at " + SPANS + "1/attributes/0/value/arrayValue")
                        .endsWith("nested deeper than 100 messages"));
    }

    @Test
    void json_endlessNumber_refusesItsOwnSpan() {
        String body = request(good(1), "{\"startTimeUnixNano\":" + "9".repeat(100_000) + "}");

        assertThat(mapTraces(body.getBytes(StandardCharsets.UTF_8), Encoding.JSON)
                        .spanIds())
                .containsExactly(1L);
    }

    @Test
    void protobuf_spanThatCannotBeRead_isRefused() {
        byte[] truncatedAttribute = {(9 << 3) | 2, 3, (1 << 3) | 2, 9, 'k'};
        byte[] body = protobuf(span(1), ByteString.copyFrom(truncatedAttribute), span(3));

        Mapped mapped = mapTraces(body, Encoding.PROTOBUF);

        assertThat(mapped.spanIds()).containsExactly(1L, 3L);
        assertThat(mapped.reasons())
                .singleElement()
                .satisfies(reason -> assertThat(reason).startsWith("1 at " + SPANS + "1/attributes/0: "));
    }

    @Test
    void protobuf_nestedTooDeep_refusesItsOwnSpan() {
        AnyValue value = AnyValue.newBuilder().setStringValue("x").build();
        for (int i = 0; i < 60; i++) {
            value = AnyValue.newBuilder()
                    .setArrayValue(ArrayValue.newBuilder().addValues(value))
                    .build();
        }
        byte[] body = protobuf(span(1), Fixtures.span("k", value).build().toByteString(), span(3));

        Mapped mapped = mapTraces(body, Encoding.PROTOBUF);

        assertThat(mapped.spanIds()).containsExactly(1L, 3L);
        assertThat(mapped.reasons())
                .singleElement()
                .satisfies(reason -> assertThat(reason)
                        .startsWith("1 at " + SPANS + "1/attributes/0/value/arrayValue/values/0/")
                        .endsWith("nested deeper than 100 messages"));
    }

    @Test
    void protobuf_resourceThatCannotBeRead_refusesItsOwnSpans() {
        ByteString scope = field(2, message(field(2, span(1)), field(2, span(2))));
        ByteString badResource = field(1, ByteString.copyFrom(new byte[] {(1 << 3) | 2, 100}));
        ByteString fine = field(2, message(field(2, span(3))));
        byte[] body =
                message(field(1, badResource.concat(scope)), field(1, fine)).toByteArray();

        Mapped mapped = mapTraces(body, Encoding.PROTOBUF);

        assertThat(mapped.spanIds()).containsExactly(3L);
        assertThat(mapped.reasons())
                .hasSize(2)
                .allSatisfy(reason -> assertThat(reason).contains(" at /resourceSpans/0/resource/attributes/0: "));
    }

    @Test
    void mapping_reasonHasThePathOfTheSpan() {
        byte[] body = protobuf(
                span(1), Fixtures.span().setTraceId(ByteString.EMPTY).build().toByteString());

        assertThat(mapTraces(body, Encoding.PROTOBUF).reasons())
                .containsExactly("1 at " + SPANS + "1: length of trace_id != 16 bytes: 0");
    }

    @Test
    void logs_recordThatCannotBeRead_isRefused() {
        String good = "{\"eventName\":\"gen_ai.choice\",\"traceId\":\"5b8efff798038103d269b633813fc60c\","
                + "\"spanId\":\"eee19b7ec3c1b174\",\"timeUnixNano\":\"1\"}";
        String body =
                "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":\"noon\"}," + good + "]}]}]}";

        DecodedRequest<ExportLogsServiceRequest> decoded =
                OtlpDecoder.readableLogs(body.getBytes(StandardCharsets.UTF_8), Encoding.JSON);
        MappedLogs mapped = LogMapper.map(decoded.request(), Fixtures.TENANT, Instant.EPOCH, Prices.NONE);

        assertThat(mapped.partialSpans()).hasSize(1);
        assertThat(mapped.rejected())
                .singleElement()
                .satisfies(rejected -> assertThat(decoded.reasonOf(rejected))
                        .startsWith("at /resourceLogs/0/scopeLogs/0/logRecords/0/timeUnixNano (line 1, column "));
    }

    @Test
    void traces_requireThatAllIsReadable() {
        byte[] body = request(good(1), "{\"traceId\":\"xyz\"}").getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> OtlpDecoder.traces(body, Encoding.JSON))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessageStartingWith("at " + SPANS + "1/traceId (line 1");
    }

    @Test
    void noneReadable_isMalformed() {
        byte[] json = request("{\"traceId\":\"xyz\"}", "7").getBytes(StandardCharsets.UTF_8);
        byte[] protobuf = protobuf(ByteString.copyFrom(new byte[] {-1}));

        assertThatThrownBy(() -> OtlpDecoder.readableTraces(json, Encoding.JSON))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessageStartingWith("at " + SPANS + "0/traceId (line 1");
        assertThatThrownBy(() -> OtlpDecoder.readableTraces(protobuf, Encoding.PROTOBUF))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessageMatching(
                        "(?s)not a protobuf ExportTraceServiceRequest at byte \\d+ of \\d+: at " + SPANS + "0: .*");
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES)
    void millionsOfBadRecords_areMalformed() {
        String numbers = "5,".repeat(3_000_000);
        byte[] json = request(good(1), numbers + "5").getBytes(StandardCharsets.UTF_8);
        ByteString bad = field(2, ByteString.copyFrom(new byte[] {-1}));
        byte[] protobuf = field(1, field(2, repeated(bad, 3_000_000))).toByteArray();

        for (Encoding encoding : Encoding.values()) {
            assertThatThrownBy(() -> OtlpDecoder.readableTraces(encoding == Encoding.JSON ? json : protobuf, encoding))
                    .isInstanceOf(MalformedRequestException.class)
                    .hasMessageContaining("more than 10000 records cannot be read; the last one at " + SPANS);
        }
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES)
    void manySmallFieldsWithInvalidText_takeTimeInProportion() {
        ByteString name = ByteString.copyFrom(new byte[] {(5 << 3) | 2, 1, -1});
        ByteString unknown = UnknownFieldSet.newBuilder()
                .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build()
                .toByteString();
        ByteString status = field(15, field(2, ByteString.copyFrom(new byte[] {-1})));
        byte[] oneSpan = protobuf(repeated(name.concat(unknown).concat(status), 300_000));
        byte[] manySpans = field(1, field(2, repeated(field(2, name), 500_000))).toByteArray();
        byte[] manyResources = field(
                        1, repeated(field(1, field(1, field(1, ByteString.copyFrom(new byte[] {-1})))), 300_000))
                .toByteArray();

        assertThat(OtlpDecoder.readableTraces(oneSpan, Encoding.PROTOBUF).unreadable())
                .isZero();
        assertThat(OtlpDecoder.readableTraces(manySpans, Encoding.PROTOBUF).unreadable())
                .isZero();
        assertThat(OtlpDecoder.readableTraces(manyResources, Encoding.PROTOBUF)
                        .request()
                        .getResourceSpans(0)
                        .getResource()
                        .getAttributesCount())
                .isEqualTo(300_000);
    }

    /** The stored spans, and of the others the index and the reason. */
    private record Mapped(List<Long> spanIds, List<String> reasons) {}

    private static Mapped mapTraces(byte[] body, Encoding encoding) {
        DecodedRequest<ExportTraceServiceRequest> decoded = OtlpDecoder.readableTraces(body, encoding);
        MappedRequest mapped = SpanMapper.map(decoded.request(), Fixtures.TENANT);
        return new Mapped(
                mapped.spans().stream()
                        .map(TraceSpan::spanId)
                        .map(id -> id.getLeastSignificantBits())
                        .toList(),
                mapped.rejected().stream()
                        .map(rejected -> rejected.index() + " " + decoded.reasonOf(rejected))
                        .toList());
    }

    private static String good(int spanId) {
        return "{\"traceId\":\"5b8efff798038103d269b633813fc60c\",\"spanId\":\"000000000000000" + spanId
                + "\",\"name\":\"n\",\"startTimeUnixNano\":\"1767607200000000000\"}";
    }

    private static String request(String... spans) {
        return "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" + String.join(",", spans) + "]}]}]}";
    }

    private static ByteString span(int spanId) {
        return Fixtures.span()
                .setSpanId(Fixtures.hex("000000000000000" + spanId))
                .build()
                .toByteString();
    }

    private static byte[] protobuf(ByteString... spans) {
        return field(
                        1,
                        field(
                                2,
                                List.of(spans).stream()
                                        .map(span -> field(2, span))
                                        .collect(Collectors.collectingAndThen(
                                                Collectors.toList(), ByteString::copyFrom))))
                .toByteArray();
    }

    private static ByteString message(ByteString... fields) {
        return ByteString.copyFrom(List.of(fields));
    }

    private static ByteString repeated(ByteString bytes, int times) {
        return ByteString.copyFrom(
                IntStream.range(0, times).mapToObj(i -> bytes).toList());
    }

    private static ByteString field(int number, ByteString content) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            out.writeBytes(number, content);
            out.flush();
            return ByteString.copyFrom(bytes.toByteArray());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
