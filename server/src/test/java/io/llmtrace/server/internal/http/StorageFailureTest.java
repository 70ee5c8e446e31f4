package io.llmtrace.server.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.rpc.RetryInfo;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.SpanEncoder;
import io.llmtrace.server.RunningServer;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import io.llmtrace.storage.spi.ForwardingTraceRepository;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests that clients learn whether a retry helps when the store fails. */
class StorageFailureTest {

    private static final TraceSpan SPAN = TraceSpan.builder(
                    RunningServer.TENANT, UUID.randomUUID(), new UUID(0, 7), "work", Instant.EPOCH)
            .build();
    private static final ExportTraceServiceRequest REQUEST = SpanEncoder.encode(List.of(SPAN));

    @Test
    void unavailable_is503WithRetryAfter() {
        try (RunningServer server = broken(new UnavailableException("file is locked"))) {
            RunningServer.Answer otlp = server.post("/v1/traces", RunningServer.PROTOBUF, REQUEST.toByteArray());
            RunningServer.Answer rest = server.post("/api/v1/spans", RunningServer.JSON, TraceJson.write(SPAN));

            assertThat(otlp.status()).isEqualTo(503);
            assertThat(otlp.header("retry-after")).isEqualTo("5");
            assertThat(rest.toString())
                    .isEqualTo("503 {\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                            + "\"detail\":\"file is locked\"}");
            assertThat(rest.header("retry-after")).isEqualTo("5");
            assertGrpc(server, Status.Code.UNAVAILABLE, true);
            assertThat(server.get("/health").toString())
                    .isEqualTo(
                            "503 {\"status\":\"down\",\"storage\":{\"state\":\"down\",\"message\":\"file is locked\","
                                    + "\"details\":{},\"age_seconds\":0},\"write_failure\":\"file is locked\","
                                    + "\"spool\":{\"spans\":0,\"bytes\":0}}");
        }
    }

    @Test
    void overloaded_is429WithRetryAfter() {
        try (RunningServer server = broken(new OverloadedException("disk is full"))) {
            RunningServer.Answer answer = server.get("/api/v1/traces");

            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.header("retry-after")).isEqualTo("5");
            assertGrpc(server, Status.Code.RESOURCE_EXHAUSTED, true);
        }
    }

    @Test
    void unexpected_is500WithoutDetails() {
        try (RunningServer server = broken(new IllegalStateException("secret"))) {
            RunningServer.Answer answer = server.get("/api/v1/export");

            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.text()).doesNotContain("secret");
            assertGrpc(server, Status.Code.INTERNAL, false);
        }
    }

    @Test
    void others_areNotWorthARetry() {
        try (RunningServer server = broken(new NotSupportedException("opened for reading only"))) {
            assertThat(server.delete("/api/v1/traces/" + SPAN.traceId()).status())
                    .isEqualTo(501);
        }
        try (RunningServer server = broken(new CorruptStoreException("schema of version 99"))) {
            RunningServer.Answer answer = server.get("/api/v1/stats");
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.text()).contains("schema of version 99");
        }
    }

    @Test
    void export_leavesOutTracesThatAreDamaged_andSaysSoInTheLastLine() {
        UUID damaged = UUID.randomUUID();
        InMemoryTraceRepository memory = new InMemoryTraceRepository();
        List<UUID> all = List.of(UUID.randomUUID(), damaged, UUID.randomUUID());
        all.forEach(trace -> memory.storeTrace(
                TraceEvent.of(trace, RunningServer.TENANT, Instant.ofEpochSecond(all.indexOf(trace)), List.of())));
        try (RunningServer server = RunningServer.over(new ForwardingTraceRepository() {
            @Override
            protected TraceRepository delegate() {
                return memory;
            }

            @Override
            public Page<TraceEvent> queryTraces(TraceQuery query) {
                Page<TraceEvent> page = super.queryTraces(query);
                if (page.items().stream().anyMatch(trace -> trace.traceId().equals(damaged))) {
                    throw new CorruptStoreException("t.db is damaged");
                }
                return page;
            }
        })) {
            RunningServer.Answer answer = server.get("/api/v1/export?order=oldest_first");

            assertThat(answer.status()).isEqualTo(200);
            List<String> lines = answer.text().lines().toList();
            assertThat(lines).hasSize(3);
            assertThat(lines.get(0)).contains(all.get(0).toString());
            assertThat(lines.get(1)).contains(all.get(2).toString());
            assertThat(lines.get(2))
                    .isEqualTo("{\"left_out\":1,\"trace_ids\":[\"" + damaged + "\"],\"reason\":\"t.db is damaged\"}");
        }
    }

    private static RunningServer broken(RuntimeException failure) {
        return RunningServer.over(new FailingRepository(failure));
    }

    private static void assertGrpc(RunningServer server, Status.Code code, boolean retry) {
        TraceServiceGrpc.TraceServiceBlockingStub stub =
                GrpcClients.newClient("gproto+" + server.baseUrl(), TraceServiceGrpc.TraceServiceBlockingStub.class);

        assertThatThrownBy(() -> stub.export(REQUEST)).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).isEqualTo(code);
            assertThat(e.getStatus().getDescription()).isNotBlank();
            assertThat(StatusProto.fromThrowable(e).getDetailsList().stream()
                            .anyMatch(detail -> detail.is(RetryInfo.class)))
                    .isEqualTo(retry);
        });
    }
}
