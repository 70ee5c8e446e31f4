package io.llmtrace.server.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.SpanEncoder;
import io.llmtrace.server.RunningServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests that a gRPC client learns which limit its request exceeds, and the value of the limit. */
class GrpcLimitsTest {

    private static final int LONG = 100_000;

    @Test
    void body_overTheLimit() {
        assertRefused(
                RunningServer.config().maxBodyBytes(1_000),
                TenantResolver.single(),
                "body > 1000 bytes (max-body-bytes); send smaller batches");
    }

    @Test
    void message_overTheLimitAfterDecompression() {
        assertRefused(
                RunningServer.config().maxDecompressedBytes(1_000),
                TenantResolver.single(),
                "body after decompression > 1000 bytes (max-decompressed-bytes); send smaller batches");
    }

    @Test
    void message_overTheShareOfTheMemory() {
        assertRefused(
                RunningServer.config().maxRequestMemory(6 * (LONG - 1)),
                TenantResolver.single(),
                "body after decompression > 99999 bytes: a sixth of max-request-memory (599994); send smaller batches");
    }

    @Test
    void failureOfTheHandler_keepsItsOwnMessage() {
        assertRefused(
                RunningServer.config(),
                headers -> {
                    throw new OverloadedException("busy");
                },
                "busy");
    }

    private static void assertRefused(ServerConfig.Builder config, TenantResolver tenants, String message) {
        TraceSpan span = TraceSpan.builder(
                        RunningServer.TENANT, UUID.randomUUID(), new UUID(0, 1), "chat", Instant.EPOCH)
                .prompt("x".repeat(LONG))
                .build();
        try (RunningServer server = RunningServer.over(new InMemoryTraceRepository(), config, tenants)) {
            TraceServiceGrpc.TraceServiceBlockingStub stub = GrpcClients.newClient(
                    "gproto+" + server.baseUrl(), TraceServiceGrpc.TraceServiceBlockingStub.class);

            assertThatThrownBy(() -> stub.export(SpanEncoder.encode(List.of(span))))
                    .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                        assertThat(e.getStatus().getDescription()).isEqualTo(message);
                        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                    });
        }
    }
}
