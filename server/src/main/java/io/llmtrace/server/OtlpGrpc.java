package io.llmtrace.server;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.Codec;
import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.llmtrace.storage.OverloadedException;
import io.netty.util.AttributeKey;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.logs.v1.LogsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** OTLP over gRPC. */
final class OtlpGrpc {

    /** Where clients look for what is behind a status. */
    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    /** Of a message: as it came, decoded, and mapped. */
    private static final long COPIES = 4;

    private static final AttributeKey<MemoryBudget.Reservation> RESERVED =
            AttributeKey.valueOf(OtlpGrpc.class, "RESERVED");

    private OtlpGrpc() {}

    static GrpcService service(OtlpReceiver receiver, TenantResolver tenants, ServerConfig config) {
        return GrpcService.builder()
                .addService(new Traces(receiver, tenants))
                .addService(new Logs(receiver, tenants))
                // No JSON, which OTLP does not have here: classes would be made for it at every start.
                .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
                .useBlockingTaskExecutor(true)
                .exceptionHandler((context, status, cause, metadata) -> knownOr(status, cause, metadata))
                .maxRequestMessageLength((int) Math.min(Integer.MAX_VALUE, config.maxDecompressed()))
                .decompressorRegistry(DecompressorRegistry.emptyInstance()
                        .with(Codec.Identity.NONE, false)
                        .with(new CountedGzip(), true))
                .build();
    }

    /** What comes compressed is counted once more, and as decoded, while it is inflated. */
    static HttpService within(MemoryBudget memory, HttpService service) {
        return service.decorate((delegate, context, request) -> {
            MemoryBudget.Reservation reserved = memory.open();
            context.log().whenComplete().thenRun(reserved::close);
            context.setAttr(RESERVED, reserved);
            boolean compressed =
                    !request.headers().get("grpc-encoding", "identity").equals("identity");
            return delegate.serve(context, reserved.of(context, request, compressed ? 1 : COPIES));
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

    /** A message that cannot be read is the client's fault; Armeria takes it for ours. */
    private static io.grpc.Status knownOr(io.grpc.Status status, Throwable thrown, Metadata metadata) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof OverloadedException || cause instanceof Failure.FailureException) {
                Status known = statusOf(Failure.of(cause));
                metadata.put(DETAILS, known.toByteArray());
                return io.grpc.Status.fromCodeValue(known.getCode())
                        .withDescription(known.getMessage())
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

    /** As gRPC's own, but what comes out of it counts: a small message can become a very large one. */
    private static final class CountedGzip implements Decompressor {
        @Override
        public String getMessageEncoding() {
            return "gzip";
        }

        @Override
        public InputStream decompress(InputStream compressed) throws IOException {
            MemoryBudget.Reservation reserved =
                    Objects.requireNonNull(ServiceRequestContext.current().attr(RESERVED), "reserved");
            return new FilterInputStream(new GZIPInputStream(compressed)) {
                @Override
                public int read() throws IOException {
                    int value = super.read();
                    if (value >= 0) {
                        reserved.take(COPIES);
                    }
                    return value;
                }

                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    int count = super.read(into, offset, length);
                    if (count > 0) {
                        reserved.take(COPIES * count);
                    }
                    return count;
                }
            };
        }
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
