package io.llmtrace.server.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.llmtrace.model.Ids;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.SpanEncoder;
import io.llmtrace.server.RunningServer;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the limit on the memory of all requests together, and the responses to requests that would exceed it. */
class RequestMemoryTest {

    private static final int MEMORY = 8 << 20;
    private static final int SLOW_SENDERS = 8;
    private static final int SLOW_BYTES = 500_000;
    /** Each byte counts twice: in the piece in which it arrives, and in the whole body. */
    private static final long HELD = 2L * SLOW_SENDERS * SLOW_BYTES;

    private static final int TOO_MUCH_FOR_THE_REST = 150_000;
    /** Bodies with that many empty objects are below all limits on bytes. */
    private static final int MANY_OBJECTS = 100_000;

    private final RunningServer server = RunningServer.over(
            new InMemoryTraceRepository(), RunningServer.config().maxRequestMemory(MEMORY));

    private final List<Socket> slow = new ArrayList<>();

    @AfterEach
    void closeServer() throws IOException {
        hangUp();
        server.close();
    }

    @Test
    void slowSendersHoldTheMemory_othersAreToldToTryAgain_andServedWhenTheyAreGone() throws IOException {
        byte[] body = request(TOO_MUCH_FOR_THE_REST).toByteArray();
        sendHalf("Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(2 * SLOW_BYTES) + "\r\n");

        RunningServer.Answer plain = server.post("/v1/traces", RunningServer.PROTOBUF, body);
        assertThat(plain.status()).isEqualTo(429);
        assertThat(plain.header("retry-after")).isEqualTo("5");
        assertThat(server.postGzip("/v1/traces", RunningServer.PROTOBUF, body).status())
                .isEqualTo(429);
        assertOverloaded("identity");
        assertOverloaded("gzip");
        assertThat(server.get("/health").status()).isEqualTo(200);

        hangUp();
        Awaitility.await().until(() -> used() == 0);
        assertThat(server.post("/v1/traces", RunningServer.PROTOBUF, body).status())
                .isEqualTo(200);
        export("gzip", TOO_MUCH_FOR_THE_REST);
        export("identity", TOO_MUCH_FOR_THE_REST);
        Awaitility.await().until(() -> used() == 0);
    }

    @Test
    void compressedBodyWithoutRoom_waitsForOthersToEnd() throws IOException {
        byte[] body = request(TOO_MUCH_FOR_THE_REST).toByteArray();
        sendHalf("Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(2 * SLOW_BYTES) + "\r\n");
        CompletableFuture<RunningServer.Answer> answer =
                CompletableFuture.supplyAsync(() -> server.postGzip("/v1/traces", RunningServer.PROTOBUF, body));
        Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> used() > HELD); // what came over the wire

        hangUp();

        assertThat(answer.join().status()).isEqualTo(200);
    }

    @Test
    void whatIsOnlyAnnounced_takesNothingFromOthers() throws IOException {
        sendHalf("Content-Length: " + (SLOW_BYTES + 100_000) + "\r\n\r\n");

        assertThat(server.post(
                                "/v1/traces",
                                RunningServer.PROTOBUF,
                                request(1_000).toByteArray())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void messageThatInflatesBeyondTheMemory_isResourceExhausted() {
        assertThatThrownBy(() -> export("gzip", 2 * MEMORY))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
        Awaitility.await().until(() -> used() == 0);
    }

    @Test
    void smallBodyOfManyObjects_isTooLarge() {
        byte[] arrays = ("{\"a\":[" + "[],".repeat(MANY_OBJECTS) + "[]]}").getBytes(StandardCharsets.UTF_8);
        assertThat(server.post("/api/v1/spans", RunningServer.JSON, arrays).status())
                .isEqualTo(413);
        assertThat(server.post("/v1/traces", RunningServer.JSON, arrays).status())
                .isEqualTo(413);
        ExportTraceServiceRequest resources = ExportTraceServiceRequest.newBuilder()
                .addAllResourceSpans(Collections.nCopies(MANY_OBJECTS, ResourceSpans.getDefaultInstance()))
                .build();
        assertThat(server.post("/v1/traces", RunningServer.PROTOBUF, resources.toByteArray())
                        .status())
                .isEqualTo(413);
        for (String compressor : List.of("identity", "gzip")) {
            assertThatThrownBy(() -> export(compressor, resources))
                    .hasMessageContaining("RESOURCE_EXHAUSTED: request takes")
                    .hasMessageContaining("max-request-memory");
        }
        Awaitility.await().until(() -> used() == 0);
    }

    /** Calls of 4 KB take about one and a half times as much as objects; the copies made to receive them are gone by then. */
    @Test
    void chatSpansUpToTheLimitOfABody_areAccepted() {
        byte[] body = chatSpans(MEMORY / 6 - 20_000);

        assertThat(server.postGzip("/v1/traces", RunningServer.PROTOBUF, body).toString())
                .isEqualTo("200 ");
        assertThat(server.post("/v1/traces", RunningServer.PROTOBUF, body).toString())
                .isEqualTo("200 ");
        Awaitility.await().until(() -> used() == 0);
    }

    /** Returns calls with 4 KB of messages and 13 other attributes each, of a few kilobytes less than a size. */
    private static byte[] chatSpans(int bytes) {
        ScopeSpans.Builder spans = ScopeSpans.newBuilder();
        for (long size = 0, i = 1; size < bytes - 5_000; i++) {
            Span.Builder span = Span.newBuilder()
                    .setTraceId(ByteString.copyFrom(Ids.toBytes(new UUID(1, i))))
                    .setSpanId(ByteString.copyFrom(Ids.toBytes(new UUID(1, i)), 8, 8))
                    .setName("chat gpt-4o")
                    .setStartTimeUnixNano(1_760_000_000_000_000_000L + i)
                    .addAttributes(attribute("gen_ai.input.messages", "message " + "and more ".repeat(450)));
            for (int j = 0; j < 13; j++) {
                span.addAttributes(attribute("gen_ai.attribute." + j, "value " + j));
            }
            spans.addSpans(span);
            size += span.build().getSerializedSize();
        }
        byte[] body = ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(spans))
                .build()
                .toByteArray();
        assertThat(body.length).isBetween(bytes - 10_000, bytes);
        return body;
    }

    private static KeyValue attribute(String key, String value) {
        return KeyValue.newBuilder()
                .setKey(key)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    private void assertOverloaded(String compressor) {
        assertThatThrownBy(() -> export(compressor, TOO_MUCH_FOR_THE_REST))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                    assertThat(retrySeconds(e)).isEqualTo(5);
                });
    }

    private static long retrySeconds(StatusRuntimeException e) {
        try {
            return StatusProto.fromThrowable(e)
                    .getDetails(0)
                    .unpack(RetryInfo.class)
                    .getRetryDelay()
                    .getSeconds();
        } catch (InvalidProtocolBufferException notThat) {
            throw new AssertionError(notThat);
        }
    }

    private void export(String compressor, int promptCharacters) {
        export(compressor, request(promptCharacters));
    }

    private void export(String compressor, ExportTraceServiceRequest request) {
        GrpcClients.newClient("gproto+" + server.baseUrl(), TraceServiceGrpc.TraceServiceBlockingStub.class)
                .withCompression(compressor)
                .export(request);
    }

    private static ExportTraceServiceRequest request(int promptCharacters) {
        TraceSpan span = TraceSpan.builder(
                        RunningServer.TENANT,
                        UUID.randomUUID(),
                        new UUID(0, 1),
                        "chat",
                        Instant.parse("2026-03-01T12:00:00Z"))
                .prompt("long ".repeat(promptCharacters / 5))
                .build();
        return SpanEncoder.encode(List.of(span));
    }

    /** Sends bodies without their ends, and returns when the server has read them. */
    private void sendHalf(String endOfHead) throws IOException {
        String head = "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + endOfHead;
        for (int i = 0; i < SLOW_SENDERS; i++) {
            Socket socket = new Socket("127.0.0.1", server.server().port());
            slow.add(socket);
            socket.getOutputStream().write((head + " ".repeat(SLOW_BYTES)).getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
        }
        Awaitility.await().untilAsserted(() -> assertThat(used()).isEqualTo(HELD));
    }

    private void hangUp() throws IOException {
        for (Socket socket : slow) {
            socket.close();
        }
        slow.clear();
    }

    /** Returns the memory in use, as the metrics report it. */
    private long used() {
        return server.get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith("llmtrace_request_memory_bytes "))
                .mapToLong(line -> (long) Double.parseDouble(line.split(" ")[1]))
                .findFirst()
                .orElseThrow();
    }
}
