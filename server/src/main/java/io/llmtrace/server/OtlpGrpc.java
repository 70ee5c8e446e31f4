package io.llmtrace.server;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.logs.v1.LogsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.util.UUID;
import java.util.function.Function;
import java.util.zip.ZipException;

/** OTLP over gRPC. */
final class OtlpGrpc {

    private OtlpGrpc() {}

    static GrpcService service(OtlpReceiver receiver, TenantResolver tenants, ServerConfig config) {
        return GrpcService.builder()
                .addService(new Traces(receiver, tenants))
                .addService(new Logs(receiver, tenants))
                .useBlockingTaskExecutor(true)
                .exceptionHandler((context, status, cause, metadata) -> malformedOr(status, cause))
                .maxRequestMessageLength((int) Math.min(Integer.MAX_VALUE, config.maxDecompressedBytes()))
                .build();
    }

    private static <T> void answer(TenantResolver tenants, StreamObserver<T> observer, Function<UUID, T> work) {
        T response;
        try {
            UUID tenant =
                    tenants.tenantOf(ServiceRequestContext.current().request().headers());
            response = work.apply(tenant);
        } catch (RuntimeException e) {
            observer.onError(StatusProto.toStatusRuntimeException(statusOf(Failure.of(e))));
            return;
        }
        observer.onNext(response);
        observer.onCompleted();
    }

    /** A message that cannot be read is the client's fault; Armeria takes it for ours. */
    private static io.grpc.Status malformedOr(io.grpc.Status status, Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidProtocolBufferException || cause instanceof ZipException) {
                return io.grpc.Status.INVALID_ARGUMENT
                        .withDescription("message cannot be read: " + cause.getMessage())
                        .withCause(thrown);
            }
        }
        return status;
    }

    /** Without the retry info, clients take RESOURCE_EXHAUSTED as final. */
    private static Status statusOf(Failure failure) {
        Status.Builder status = Status.newBuilder()
                .setCode(OtlpHttp.codeOf(failure.status()).getNumber())
                .setMessage(failure.detail());
        if (failure.retryAfterSeconds() != null) {
            status.addDetails(Any.pack(RetryInfo.newBuilder()
                    .setRetryDelay(Duration.newBuilder().setSeconds(failure.retryAfterSeconds()))
                    .build()));
        }
        return status.build();
    }

    private static final class Traces extends TraceServiceGrpc.TraceServiceImplBase {
        private final OtlpReceiver receiver;
        private final TenantResolver tenants;

        Traces(OtlpReceiver receiver, TenantResolver tenants) {
            this.receiver = receiver;
            this.tenants = tenants;
        }

        @Override
        public void export(ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> observer) {
            answer(tenants, observer, tenant -> receiver.traces(request, tenant));
        }
    }

    private static final class Logs extends LogsServiceGrpc.LogsServiceImplBase {
        private final OtlpReceiver receiver;
        private final TenantResolver tenants;

        Logs(OtlpReceiver receiver, TenantResolver tenants) {
            this.receiver = receiver;
            this.tenants = tenants;
        }

        @Override
        public void export(ExportLogsServiceRequest request, StreamObserver<ExportLogsServiceResponse> observer) {
            answer(tenants, observer, tenant -> receiver.logs(request, tenant));
        }
    }
}
