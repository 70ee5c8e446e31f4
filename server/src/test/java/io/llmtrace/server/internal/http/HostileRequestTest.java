package io.llmtrace.server.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import io.llmtrace.server.RunningServer;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that the server tells a client what is wrong with its request, however malformed, and goes on to serve the next valid
 * one.
 */
class HostileRequestTest {

    private static final int MAX_BODY = 200_000;
    private static final int MAX_DECOMPRESSED = 1_000_000;
    private static final String GOOD = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{"
            + "\"traceId\":\"5b8efff798038103d269b633813fc60c\",\"spanId\":\"eee19b7ec3c1b174\",\"name\":\"good\","
            + "\"startTimeUnixNano\":\"1767607200000000000\"}]}]}]}";

    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.over(
                new InMemoryTraceRepository(),
                RunningServer.config().maxBodyBytes(MAX_BODY).maxDecompressedBytes(MAX_DECOMPRESSED));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void aGoodRequestFollows() {
        RunningServer.Answer answer = server.postGzip("/v1/traces", RunningServer.JSON, bytes(GOOD));
        assertThat(answer.toString()).isEqualTo("200 {}");
        assertThat(server.get("/api/v1/spans/eee19b7ec3c1b174").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "\"text\"",
                "{",
                "{\"resourceSpans\"",
                "{\"resourceSpans\":[}",
                "{\"resourceSpans\":{}}",
                "{\"resourceSpans\":[1]}",
                "{\"resourceSpans\":[{\"resource\":[]}]}",
                "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":1}]}}]}",
                "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":{}}]}]}",
                "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"xyz\"}]}]}]}",
                "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":12}]}]}]}",
                "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"startTimeUnixNano\":-5}]}]}]}",
                "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"startTimeUnixNano\":\"1e400\"}]}]}]}",
                "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"kind\":{}}]}]}]}",
                "{} trailing",
                "<xml/>",
                "\u0000\u0001\u0002"
            })
    void json_broken_is400WithReasonAndPosition(String body) {
        RunningServer.Answer answer = server.post("/v1/traces", RunningServer.JSON, body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("code").asInt()).isEqualTo(3);
        assertThat(answer.json().path("message").asText()).contains("line 1, column ");
    }

    @Test
    void json_nestedWithoutEnd_is400() {
        String deep = "{\"resourceSpans\":" + "[".repeat(50_000);

        assertThat(server.post("/v1/traces", RunningServer.JSON, deep).status()).isEqualTo(400);
        assertThat(server.post("/v1/traces", RunningServer.JSON, "{\"unknown\":" + "[".repeat(50_000))
                        .status())
                .isEqualTo(400);
        assertThat(server.post("/api/v1/spans", RunningServer.JSON, "[".repeat(50_000))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void protobuf_truncatedAnywhere_is400WithTheByte() throws InvalidProtocolBufferException {
        byte[] whole = protobuf();
        for (int length = 1; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            RunningServer.Answer answer = server.post("/v1/traces", RunningServer.PROTOBUF, part);

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.header("content-type")).isEqualTo("application/x-protobuf");
            Status status = Status.parseFrom(answer.bytes());
            assertThat(status.getCode()).isEqualTo(3);
            assertThat(status.getMessage()).contains("at byte ").contains(" of " + length);
        }
    }

    @Test
    void protobuf_randomBytes_neverBreakTheServer() {
        Random random = new Random(42);
        byte[] whole = protobuf();
        for (int i = 0; i < 300; i++) {
            byte[] body = whole.clone();
            for (int flips = random.nextInt(5) + 1; flips > 0; flips--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            for (String path : new String[] {"/v1/traces", "/v1/logs"}) {
                assertThat(server.post(path, RunningServer.PROTOBUF, body).status())
                        .isIn(200, 400);
            }
        }
    }

    @Test
    void protobuf_wrongWireType_is400() {
        byte[] varintForMessage = {(1 << 3) | 0, 5}; // protobuf ignores it as an unknown field
        byte[] endOfNoGroup = {(1 << 3) | 4};
        byte[] reservedWireType = {(1 << 3) | 7};
        byte[] lengthBeyondTheEnd = {(1 << 3) | 2, 127};
        byte[] endlessVarint = {(byte) 0xff, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};

        assertThat(server.post("/v1/traces", RunningServer.PROTOBUF, varintForMessage)
                        .status())
                .isEqualTo(200);
        for (byte[] body : new byte[][] {endOfNoGroup, reservedWireType, lengthBeyondTheEnd, endlessVarint}) {
            assertThat(server.post("/v1/traces", RunningServer.PROTOBUF, body).status())
                    .isEqualTo(400);
        }
    }

    @Test
    void spans_thatCannotBeStored_areRejectedOneByOne() throws InvalidProtocolBufferException {
        Span good = Span.newBuilder()
                .setTraceId(ByteString.copyFrom(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}))
                .setSpanId(ByteString.copyFrom(new byte[] {0, 0, 0, 0, 0, 0, 0, 2}))
                .setStartTimeUnixNano(1)
                .build();
        byte[] body = request(
                        Span.getDefaultInstance(),
                        good,
                        good.toBuilder().setStartTimeUnixNano(-1).build())
                .toByteArray();
        RunningServer.Answer answer = server.post("/v1/traces", RunningServer.PROTOBUF, body);

        ExportTraceServiceResponse response = ExportTraceServiceResponse.parseFrom(answer.bytes());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(response.getPartialSuccess().getRejectedSpans()).isEqualTo(2);
        assertThat(response.getPartialSuccess().getErrorMessage())
                .isEqualTo("span 0 (/) at /resourceSpans/0/scopeSpans/0/spans/0: length of trace_id != 16 bytes: 0; "
                        + "span 2 (00000000000000000000000000000001/0000000000000002)"
                        + " at /resourceSpans/0/scopeSpans/0/spans/2: start_time_unix_nano > "
                        + "9223372036854775807 (2262-04-11T23:47:16.854775807Z): 18446744073709551615");
        assertThat(server.get("/api/v1/spans/0000000000000002").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"gzip", "deflate", "zstd"})
    void compressed_garbage_is400(String encoding) {
        RunningServer.Answer answer = postEncoded(encoding, bytes("this is not compressed"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("message").asText()).startsWith("body is not " + encoding + " near byte ");
    }

    @Test
    void compressed_truncated_is400() {
        Map<String, byte[]> bodies = Map.of(
                "gzip", RunningServer.gzip(bytes(GOOD)),
                "deflate", rawDeflate(bytes(GOOD)),
                "zstd", Zstd.compress(bytes(GOOD)));
        bodies.forEach((encoding, body) -> {
            for (int length = 0; length < body.length; length++) {
                RunningServer.Answer answer = postEncoded(encoding, Arrays.copyOf(body, length));
                assertThat(answer.status()).isEqualTo(400);
                assertThat(answer.text()).doesNotContain("null");
            }
        });
    }

    @Test
    void compressed_unknownEncoding_is415() {
        assertThat(postEncoded("br", bytes(GOOD)).toString())
                .isEqualTo(
                        "415 {\"code\":3,\"message\":\"Content-Encoding is not known: 'br'; send gzip, zstd, deflate or none\"}");
    }

    @ParameterizedTest
    @CsvSource({"gzip", "deflate", "zstd"})
    void compressed_bomb_is413(String encoding) {
        byte[] zeros = new byte[150 << 20];
        byte[] bomb = switch (encoding) {
            case "gzip" -> RunningServer.gzip(zeros);
            case "deflate" -> rawDeflate(zeros);
            default -> Zstd.compress(zeros);
        };
        assertThat(bomb.length).isLessThan(MAX_BODY);

        for (String path : new String[] {"/v1/traces", "/v1/logs"}) {
            assertThat(postEncoded(path, encoding, bomb).toString())
                    .isEqualTo("413 {\"code\":8,\"message\":\"body after decompression > 1000000 bytes"
                            + " (max-decompressed-bytes); send smaller batches\"}");
        }
        RunningServer.Answer rest = postEncoded("/api/v1/spans", encoding, bomb);
        assertThat(rest.status()).isEqualTo(413);
        assertThat(rest.header("content-type")).isEqualTo("application/problem+json");
    }

    @Test
    void body_overTheLimit_is413() throws IOException {
        for (boolean chunked : new boolean[] {false, true}) {
            String answer = rawPost("/v1/traces", MAX_BODY + 1, chunked);
            assertThat(answer).startsWith("HTTP/1.1 413").contains("body > 200000 bytes (max-body-bytes)");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "00000000030a7f01, ", // a message that is cut off
        "0000000001ff, ", // half a tag
        "0100000003aabbcc, gzip",
        "0100000003aabbcc, deflate",
        "0100000003aabbcc, zstd",
    })
    void grpc_broken_isInvalidArgument(String frame, String encoding) {
        HttpHeaders answer = grpc(HexFormat.of().parseHex(frame), encoding);

        assertThat(answer.get("grpc-status")).isEqualTo("3");
        assertThat(answer.get("grpc-message")).startsWith("message cannot be read: ");
    }

    @ParameterizedTest
    @CsvSource({"gzip", "deflate", "zstd"})
    void grpc_messageOverTheLimit_isResourceExhausted(String encoding) {
        byte[] unknownField = ByteBuffer.allocate(MAX_DECOMPRESSED + 10)
                .put(new byte[] {(15 << 3) | 2, (byte) 0xc4, (byte) 0x84, 0x3d}) // a field of 1,000,004 bytes
                .array();
        byte[] compressed = switch (encoding) {
            case "gzip" -> RunningServer.gzip(unknownField);
            case "deflate" -> rawDeflate(unknownField);
            default -> Zstd.compress(unknownField);
        };
        byte[] frame = ByteBuffer.allocate(5 + compressed.length)
                .put((byte) 1)
                .putInt(compressed.length)
                .put(compressed)
                .array();

        HttpHeaders answer = grpc(frame, encoding);

        assertThat(answer.get("grpc-status")).isEqualTo("8");
        assertThat(answer.get("grpc-message"))
                .isEqualTo("body after decompression > 1000000 bytes (max-decompressed-bytes); send smaller batches");
    }

    @Test
    void grpc_bodyOverTheLimit_isResourceExhausted() {
        HttpHeaders answer = grpc(new byte[MAX_BODY + 1], null);

        assertThat(answer.get("grpc-status")).isEqualTo("8");
        assertThat(answer.get("grpc-message")).isEqualTo("body > 200000 bytes (max-body-bytes); send smaller batches");
    }

    @Test
    void contentType_ofNeitherEncoding_is415() {
        assertThat(server.post("/v1/traces", "text/plain", GOOD).status()).isEqualTo(415);
        assertThat(server.post("/v1/traces", "application/xml", GOOD).status()).isEqualTo(415);
        assertThat(server.post("/v1/traces", "application/json; charset=utf-8", GOOD)
                        .status())
                .isEqualTo(200);
    }

    private static String rawPost(String path, int length, boolean chunked) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.server().port())) {
            OutputStream out = socket.getOutputStream();
            String head = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + (chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Content-Length: " + length + "\r\n\r\n");
            out.write(bytes(head));
            try {
                if (chunked) {
                    out.write(bytes(Integer.toHexString(length) + "\r\n"));
                }
                out.write(bytes(" ".repeat(length)));
                out.flush();
            } catch (IOException e) {
                // expected: the server may stop reading a body that it will not use
            }
            InputStream in = socket.getInputStream();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            byte[] chunk = new byte[4096];
            while (!answer.toString(StandardCharsets.UTF_8).contains("}")) {
                int n = in.read(chunk);
                if (n < 0) {
                    break;
                }
                answer.write(chunk, 0, n);
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }

    private static HttpHeaders grpc(byte[] body, @Nullable String encoding) {
        RequestHeadersBuilder headers = RequestHeaders.builder(
                        HttpMethod.POST, "/opentelemetry.proto.collector.trace.v1.TraceService/Export")
                .set("content-type", "application/grpc+proto")
                .set("te", "trailers");
        if (encoding != null) {
            headers.set("grpc-encoding", encoding);
        }
        AggregatedHttpResponse answer = WebClient.of(
                        "h2c://127.0.0.1:" + server.server().port())
                .execute(headers.build(), body)
                .aggregate()
                .join();
        return answer.headers().contains("grpc-status") ? answer.headers() : answer.trailers();
    }

    private static RunningServer.Answer postEncoded(String encoding, byte[] body) {
        return postEncoded("/v1/traces", encoding, body);
    }

    private static RunningServer.Answer postEncoded(String path, String encoding, byte[] body) {
        return server.send(server.request(path)
                .header("Content-Type", RunningServer.JSON)
                .header("Content-Encoding", encoding)
                .POST(BodyPublishers.ofByteArray(body)));
    }

    private static byte[] rawDeflate(byte[] body) {
        Deflater raw = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try (InputStream deflated = new DeflaterInputStream(new ByteArrayInputStream(body), raw)) {
            return deflated.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            raw.end();
        }
    }

    private static byte[] protobuf() {
        return request(Span.newBuilder()
                        .setTraceId(ByteString.copyFrom(new byte[16]))
                        .setSpanId(ByteString.copyFrom(new byte[8]))
                        .setName("name")
                        .setStartTimeUnixNano(1)
                        .build())
                .toByteArray();
    }

    private static ExportTraceServiceRequest request(Span... spans) {
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .addScopeSpans(ScopeSpans.newBuilder().addAllSpans(Arrays.asList(spans))))
                .build();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
