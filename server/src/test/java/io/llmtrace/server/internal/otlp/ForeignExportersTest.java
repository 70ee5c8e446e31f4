package io.llmtrace.server.internal.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.client.grpc.GrpcClients;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import io.llmtrace.server.RunningServer;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What exporters send that is not as OTLP has it, and is stored nevertheless. */
class ForeignExportersTest {

    private static final String TRACE = "5b8efff798038103d269b633813fc60c";
    private static final byte[] HALF_AN_EMOJI = {(byte) 0xed, (byte) 0xa0, (byte) 0xbe};

    private RunningServer server;

    @BeforeEach
    void start() {
        server = RunningServer.inMemory();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void protobuf_invalidUtf8_isStoredAndCounted() throws InvalidProtocolBufferException {
        RunningServer.Answer answer = server.post("/v1/traces", RunningServer.PROTOBUF, cutPrompts());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(ExportTraceServiceResponse.parseFrom(answer.bytes()).hasPartialSuccess())
                .isFalse();
        assertThat(prompts()).containsExactly("fine", "story about a \ufffd");
        assertThat(metric("llmtrace_text_replaced_total{protocol=\"otlp\"}")).isEqualTo(1);
    }

    @Test
    void grpc_invalidUtf8_isStoredAndCounted() {
        byte[] message = cutPrompts();
        byte[] frame = ByteBuffer.allocate(5 + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
        AggregatedHttpResponse answer = WebClient.of(
                        "h2c://127.0.0.1:" + server.server().port())
                .execute(
                        RequestHeaders.builder(
                                        HttpMethod.POST, "/opentelemetry.proto.collector.trace.v1.TraceService/Export")
                                .set("content-type", "application/grpc")
                                .set("te", "trailers")
                                .build(),
                        frame)
                .aggregate()
                .join();

        assertThat(answer.trailers().get("grpc-status")).isEqualTo("0");
        assertThat(prompts()).containsExactly("fine", "story about a \ufffd");
        assertThat(metric("llmtrace_text_replaced_total{protocol=\"otlp\"}")).isEqualTo(1);
    }

    @Test
    void json_loneSurrogate_isStoredAndCounted() {
        String body = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" + json(1, "fine") + ","
                + json(2, "story about a \\ud83e") + "]}]}]}";

        assertThat(server.post("/v1/traces", RunningServer.JSON, body).toString())
                .isEqualTo("200 {}");
        assertThat(prompts()).containsExactly("fine", "story about a \ufffd");
        assertThat(metric("llmtrace_text_replaced_total{protocol=\"otlp\"}")).isEqualTo(1);
    }

    @Test
    void rest_invalidText_isStoredAndCounted() {
        String span = "{\"trace_id\":\"" + TRACE + "\",\"span_id\":\"000000000000000%d\",\"operation_name\":\"n\","
                + "\"start_time\":\"2026-03-01T12:00:0%dZ\",\"prompt\":\"%s\",\"tags\":{\"k\\ud83e\":\"v\\udd14\"},"
                + "\"attributes\":{\"a\":[{\"\\ud83e\":\"\\ud83e\\\\ud83e\"}]}}";
        byte[] body = ("[" + span.formatted(1, 1, "fine") + "," + span.formatted(2, 2, "cut \\ud83e") + ","
                        + span.formatted(3, 3, "cut ?") + "]")
                .getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < body.length; i++) {
            body[i] = body[i] == '?' ? (byte) 0xff : body[i];
        }

        assertThat(server.post("/api/v1/spans", RunningServer.JSON, body).toString())
                .isEqualTo("200 {\"stored\":3}");
        assertThat(prompts()).containsExactly("fine", "cut \ufffd", "cut \ufffd");
        JsonNode stored = server.get("/api/v1/spans/0000000000000002").json();
        assertThat(stored.at("/tags").toString()).isEqualTo("{\"k\ufffd\":\"v\ufffd\"}");
        assertThat(stored.at("/attributes/a/0").toString()).isEqualTo("{\"\ufffd\":\"\ufffd\\\\ud83e\"}");
        assertThat(metric("llmtrace_text_replaced_total{protocol=\"rest\"}")).isEqualTo(1);
    }

    /** JSON in a prompt can have half of an emoji as well; an answer with it would not be JSON in UTF-8. */
    @Test
    void promptWithEscapedHalf_canBeRead() {
        String messages = "[{\\\"role\\\":\\\"assistant\\\",\\\"tool_calls\\\":[{\\\"id\\\":\\\"c\\\",\\\"function\\\":"
                + "{\\\"name\\\":\\\"f\\\",\\\"arguments\\\":{\\\"x\\\":\\\"\\\\ud83e\\\"}}}]}]";
        String body = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" + json(1, messages) + "]}]}]}";
        server.post("/v1/traces", RunningServer.JSON, body);

        RunningServer.Answer answer = server.get("/api/v1/spans/0000000000000001");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/chat/input/0/parts/0/arguments/x").asText())
                .isEqualTo("\ufffd");
    }

    @Test
    void badSpan_isReportedWithItsPath() {
        String body =
                "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" + json(1, "fine") + ",{\"traceId\":\"xyz\"}]}]}]}";

        RunningServer.Answer answer = server.post("/v1/traces", RunningServer.JSON, body);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/partialSuccess/rejectedSpans").asText()).isEqualTo("1");
        assertThat(answer.json().at("/partialSuccess/errorMessage").asText())
                .matches("span 1 \\(/\\) at /resourceSpans/0/scopeSpans/0/spans/1/traceId \\(line 1, column \\d+\\):"
                        + " expected an even number of hex digits, got another string");
        assertThat(prompts()).containsExactly("fine");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/traces/", "/api/public/otel/v1/traces/"})
    void slashAtTheEnd_isTheSamePath(String path) {
        String body = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" + json(1, "fine") + "]}]}]}";

        assertThat(server.post(path, RunningServer.JSON, body).toString()).isEqualTo("200 {}");
        assertThat(server.post("/v1/logs/", RunningServer.JSON, "{}").toString())
                .isEqualTo("200 {}");
        assertThat(server.post("/v1/metrics/", RunningServer.JSON, "{}").toString())
                .isEqualTo("200 {}");
        assertThat(server.post(path, RunningServer.JSON, "{")
                        .json()
                        .path("code")
                        .asInt())
                .isEqualTo(3);
        assertThat(prompts()).containsExactly("fine");
    }

    @Test
    void registeredTypeOfProtobuf_isProtobuf() {
        assertThat(server.post(
                                "/v1/traces",
                                "application/protobuf",
                                request("fine").toByteArray())
                        .header("content-type"))
                .isEqualTo("application/x-protobuf");
        assertThat(prompts()).containsExactly("fine");
    }

    @Test
    void compressions_areInflated() throws IOException {
        byte[] body = request("fine").toByteArray();
        Deflater raw = new Deflater(Deflater.BEST_SPEED, true);
        try (InputStream zlib = new DeflaterInputStream(new ByteArrayInputStream(body));
                InputStream rawDeflate = new DeflaterInputStream(new ByteArrayInputStream(body), raw)) {
            assertThat(postEncoded("deflate", zlib.readAllBytes())).isEqualTo(200);
            assertThat(postEncoded("deflate", rawDeflate.readAllBytes())).isEqualTo(200);
        }
        raw.end();
        assertThat(postEncoded("zstd", Zstd.compress(body))).isEqualTo(200);
        assertThat(postEncoded("ZSTD", Zstd.compress(body, 19))).isEqualTo(200);
        assertThat(prompts()).containsExactly("fine");
    }

    @Test
    void metrics_areDroppedAndCounted() throws InvalidProtocolBufferException {
        byte[] body = ExportMetricsServiceRequest.newBuilder()
                .addResourceMetrics(ResourceMetrics.newBuilder()
                        .addScopeMetrics(ScopeMetrics.newBuilder()
                                .addMetrics(Metric.newBuilder().setName("tokens"))))
                .build()
                .toByteArray();
        RunningServer.Answer protobuf = server.post("/v1/metrics", RunningServer.PROTOBUF, body);

        assertThat(protobuf.status()).isEqualTo(200);
        assertThat(ExportMetricsServiceResponse.parseFrom(protobuf.bytes()))
                .isEqualTo(ExportMetricsServiceResponse.getDefaultInstance());
        assertThat(server.postGzip("/v1/metrics", RunningServer.JSON, "{}".getBytes(StandardCharsets.UTF_8))
                        .toString())
                .isEqualTo("200 {}");
        assertThat(GrpcClients.newClient(
                                "gproto+" + server.baseUrl(), MetricsServiceGrpc.MetricsServiceBlockingStub.class)
                        .export(ExportMetricsServiceRequest.parseFrom(body)))
                .isEqualTo(ExportMetricsServiceResponse.getDefaultInstance());
        assertThat(metric("llmtrace_metrics_dropped_total")).isEqualTo(3);
    }

    @Test
    void logsOfWhichNothingIsMade_areRejected() throws InvalidProtocolBufferException {
        LogRecord event = LogRecord.newBuilder()
                .setEventName("gen_ai.choice")
                .setTraceId(id(16, 1))
                .setSpanId(id(8, 1))
                .build();
        byte[] body = ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder()
                        .addScopeLogs(ScopeLogs.newBuilder()
                                .addLogRecords(event)
                                .addLogRecords(event.toBuilder().setEventName("http.access"))))
                .build()
                .toByteArray();

        var partial = ExportLogsServiceResponse.parseFrom(
                        server.post("/v1/logs", RunningServer.PROTOBUF, body).bytes())
                .getPartialSuccess();

        assertThat(partial.getRejectedLogRecords()).isEqualTo(1);
        assertThat(partial.getErrorMessage())
                .isEqualTo("log record 1 (00000000000000000000000000000001/0000000000000001)"
                        + " at /resourceLogs/0/scopeLogs/0/logRecords/1:"
                        + " not an event with content of a GenAI span; other logs are not stored");
    }

    private int postEncoded(String encoding, byte[] body) {
        return server.send(server.request("/v1/traces")
                        .header("Content-Type", RunningServer.PROTOBUF)
                        .header("Content-Encoding", encoding)
                        .POST(BodyPublishers.ofByteArray(body)))
                .status();
    }

    /** Returns the prompts of all spans, in order of time. */
    private List<String> prompts() {
        return server.get("/api/v1/traces/" + TRACE).json().path("spans").findValuesAsText("prompt");
    }

    private long metric(String name) {
        return server.get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length())))
                .sum();
    }

    /** Returns a request with two spans, of which the second has a prompt that ends in half of an emoji, as protobuf.js writes it. */
    private static byte[] cutPrompts() {
        byte[] body = request("fine", "story about a QQQ").toByteArray();
        String text = new String(body, StandardCharsets.ISO_8859_1);
        System.arraycopy(HALF_AN_EMOJI, 0, body, text.indexOf("QQQ"), HALF_AN_EMOJI.length);
        return body;
    }

    private static ExportTraceServiceRequest request(String... prompts) {
        ScopeSpans.Builder scope = ScopeSpans.newBuilder();
        for (int i = 0; i < prompts.length; i++) {
            scope.addSpans(Span.newBuilder()
                    .setTraceId(ByteString.fromHex(TRACE))
                    .setSpanId(id(8, i + 1))
                    .setName("chat")
                    .setStartTimeUnixNano(1_767_607_200_000_000_000L + i)
                    .addAttributes(attribute("gen_ai.operation.name", "chat"))
                    .addAttributes(attribute("gen_ai.prompt", prompts[i])));
        }
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(scope))
                .build();
    }

    private static KeyValue attribute(String key, String value) {
        return KeyValue.newBuilder()
                .setKey(key)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    private static ByteString id(int bytes, int number) {
        byte[] id = new byte[bytes];
        id[bytes - 1] = (byte) number;
        return ByteString.copyFrom(id);
    }

    private static String json(int spanId, String prompt) {
        return "{\"traceId\":\"" + TRACE + "\",\"spanId\":\"000000000000000" + spanId + "\",\"name\":\"chat\","
                + "\"startTimeUnixNano\":\"176760720000000000" + spanId + "\",\"attributes\":["
                + "{\"key\":\"gen_ai.operation.name\",\"value\":{\"stringValue\":\"chat\"}},"
                + "{\"key\":\"gen_ai.prompt\",\"value\":{\"stringValue\":\"" + prompt + "\"}}]}";
    }
}
