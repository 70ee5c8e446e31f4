package io.llmtrace.server;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.Metadata;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.llmtrace.storage.OverloadedException;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.logs.v1.LogsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.util.Base64;
import java.util.UUID;
import java.util.function.Function;
import java.util.zip.ZipException;

/** OTLP over gRPC. */
final class OtlpGrpc {

    /** Where clients look for what is behind a status. */
    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    /** Of a message: as it came, decoded, and mapped. */
    private static final long COPIES = 4;

    private OtlpGrpc() {}

    static GrpcService service(OtlpReceiver receiver, TenantResolver tenants, ServerConfig config) {
        return GrpcService.builder()
                .addService(new Traces(receiver, tenants))
                .addService(new Logs(receiver, tenants))
                .useBlockingTaskExecutor(true)
                .exceptionHandler((context, status, cause, metadata) -> knownOr(status, cause, metadata))
                .maxRequestMessageLength(maxMessageBytes(config))
                .build();
    }

    private static int maxMessageBytes(ServerConfig config) {
        return (int) Math.min(Integer.MAX_VALUE, config.maxDecompressed());
    }

    /** Messages are decompressed before they are seen here, so that a compressed one counts as large as it may become. */
    static HttpService within(MemoryBudget memory, ServerConfig config, HttpService service) {
        return service.decorate((delegate, context, request) -> {
            MemoryBudget.Reservation reserved = memory.open();
            context.log().whenComplete().thenRun(reserved::close);
            boolean compressed =
                    !request.headers().get("grpc-encoding", "identity").equals("identity");
            if (compressed) {
                try {
                    reserved.take(COPIES * maxMessageBytes(config));
                } catch (OverloadedException e) {
                    return refuse(Failure.of(e));
                }
            }
            return delegate.serve(context, reserved.of(request, compressed ? 1 : COPIES));
        });
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

    /** A request that there is no memory for, as answers to calls are. */
    private static HttpResponse refuse(Failure failure) {
        Status status = statusOf(failure);
        return HttpResponse.of(ResponseHeaders.builder(HttpStatus.OK)
                .contentType(MediaType.create("application", "grpc+proto"))
                .addInt("grpc-status", status.getCode())
                .add("grpc-message", status.getMessage())
                .add(DETAILS.name(), Base64.getEncoder().withoutPadding().encodeToString(status.toByteArray()))
                .build());
    }

    /** A message that cannot be read is the client's fault; Armeria takes it for ours. */
    private static io.grpc.Status knownOr(io.grpc.Status status, Throwable thrown, Metadata metadata) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof OverloadedException) {
                Status overloaded = statusOf(Failure.of(cause));
                metadata.put(DETAILS, overloaded.toByteArray());
                return io.grpc.Status.RESOURCE_EXHAUSTED
                        .withDescription(overloaded.getMessage())
                        .withCause(thrown);
            }
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
