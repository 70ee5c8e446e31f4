package io.llmtrace.server.internal.otlp;

import com.github.luben.zstd.ZstdIOException;
import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.Codec;
import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.llmtrace.otlp.MalformedRequestException;
import io.llmtrace.otlp.OtlpDecoder;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.server.internal.limits.BodyLimit;
import io.llmtrace.server.internal.limits.Decompression;
import io.llmtrace.server.internal.limits.MemoryBudget;
import io.llmtrace.storage.OverloadedException;
import io.netty.util.AttributeKey;
import io.opentelemetry.proto.collector.logs.v1.LogsServiceGrpc;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.zip.ZipException;

/** OTLP over gRPC. */
public final class OtlpGrpc {

    /** The trailer in which clients look for the details of a status. */
    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    /** Bytes to reserve for each byte of a message: as it arrived, in pieces and in one array; its texts decoded, and mapped. */
    private static final long COPIES = 5;

    private static final AttributeKey<MemoryBudget.Reservation> RESERVED =
            AttributeKey.valueOf(OtlpGrpc.class, "RESERVED");

    private OtlpGrpc() {}

    /**
     * Returns the service for traces, logs and metrics.
     *
     * @param bodyLimit the limit of one message after decompression
     */
    public static GrpcService service(OtlpReceiver receiver, TenantResolver tenants, BodyLimit bodyLimit) {
        return GrpcService.builder()
                .addService(unary(TraceServiceGrpc.getExportMethod(), tenants, (message, tenant) -> {
                    reserved().reserve(OtlpDecoder.memoryForTraces(message, OtlpDecoder.Encoding.PROTOBUF));
                    return receiver.traces(OtlpDecoder.readableTraces(message, OtlpDecoder.Encoding.PROTOBUF), tenant);
                }))
                .addService(unary(LogsServiceGrpc.getExportMethod(), tenants, (message, tenant) -> {
                    reserved().reserve(OtlpDecoder.memoryForLogs(message, OtlpDecoder.Encoding.PROTOBUF));
                    return receiver.logs(OtlpDecoder.readableLogs(message, OtlpDecoder.Encoding.PROTOBUF), tenant);
                }))
                .addService(
                        unary(MetricsServiceGrpc.getExportMethod(), tenants, (message, tenant) -> receiver.metrics()))
                // OTLP over gRPC has no JSON; Armeria would generate classes for it at every start.
                .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
                .useBlockingTaskExecutor(true)
                .exceptionHandler((context, status, cause, metadata) -> statusOf(status, cause, metadata, bodyLimit))
                .maxRequestMessageLength((int) Math.min(Integer.MAX_VALUE, bodyLimit.bytes()))
                .decompressorRegistry(decompressors())
                .build();
    }

    /**
     * Reports a failure that occurred before the service was called, as a response that has only headers. They contain the
     * status, which is otherwise in the trailers. The detail must be ASCII.
     */
    public static HttpResponse render(Failure failure, RequestHeaders request) {
        Status status = statusOf(failure);
        return HttpResponse.of(ResponseHeaders.builder(HttpStatus.OK)
                .contentType(MediaType.parse("application/grpc+proto"))
                .add("grpc-status", String.valueOf(status.getCode()))
                .add("grpc-message", status.getMessage())
                .add(DETAILS.name(), Base64.getEncoder().withoutPadding().encodeToString(status.toByteArray()))
                .build());
    }

    /**
     * Decorates the service so that messages are counted against the memory of all requests. The bytes of a compressed message
     * count once when they arrive; the inflated bytes count with all their copies.
     */
    public static HttpService within(MemoryBudget memory, HttpService service) {
        return service.decorate((delegate, context, request) -> {
            MemoryBudget.Reservation reserved = memory.open();
            context.log().whenComplete().thenRun(reserved::close);
            context.setAttr(RESERVED, reserved);
            boolean compressed =
                    !request.headers().get("grpc-encoding", "identity").equals("identity");
            return delegate.serve(context, reserved.counted(context, request, compressed ? 1 : COPIES));
        });
    }

    /** Returns the memory that the current request holds. */
    private static MemoryBudget.Reservation reserved() {
        return Objects.requireNonNull(ServiceRequestContext.current().attr(RESERVED), "reserved");
    }

    private static DecompressorRegistry decompressors() {
        DecompressorRegistry registry = DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false);
        for (Decompression decompression : Decompression.values()) {
            registry = registry.with(new Counted(decompression), true);
        }
        return registry;
    }

    /**
     * Returns a service with one method, which gets its message as bytes: they are decoded on the thread of the handler, and by the decoder
     * that HTTP uses, since protobuf's own refuses a whole message for one text that is not UTF-8.
     */
    private static <T, R> ServerServiceDefinition unary(
            MethodDescriptor<T, R> method, TenantResolver tenants, BiFunction<byte[], UUID, R> work) {
        return ServerServiceDefinition.builder(Objects.requireNonNull(method.getServiceName(), "service"))
                .addMethod(
                        method.toBuilder(new Bytes(), method.getResponseMarshaller())
                                .build(),
                        ServerCalls.asyncUnaryCall((message, observer) ->
                                answer(tenants, observer, tenant -> work.apply(message, tenant))))
                .build();
    }

    private static <T> void answer(TenantResolver tenants, StreamObserver<T> observer, Function<UUID, T> work) {
        T response;
        try {
            UUID tenant =
                    tenants.tenantOf(ServiceRequestContext.current().request().headers());
            response = work.apply(tenant);
        } catch (MalformedRequestException e) {
            observer.onError(unreadable(e).asRuntimeException());
            return;
        } catch (RuntimeException | Error e) {
            observer.onError(StatusProto.toStatusRuntimeException(statusOf(Failure.of(e))));
            return;
        }
        observer.onNext(response);
        observer.onCompleted();
    }

    private static io.grpc.Status unreadable(Throwable cause) {
        return io.grpc.Status.INVALID_ARGUMENT
                .withDescription("message cannot be read: " + cause.getMessage())
                .withCause(cause);
    }

    /**
     * Returns the status of a failed call, in place of Armeria's, which blames the server for a malformed message, and does not
     * name the setting of an exceeded limit.
     */
    private static io.grpc.Status statusOf(
            io.grpc.Status status, Throwable thrown, Metadata metadata, BodyLimit bodyLimit) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof OverloadedException
                    || cause instanceof ContentTooLargeException
                    || cause instanceof Failure.FailureException) {
                Status known = statusOf(Failure.of(cause));
                metadata.put(DETAILS, known.toByteArray());
                return io.grpc.Status.fromCodeValue(known.getCode())
                        .withDescription(known.getMessage())
                        .withCause(thrown);
            }
            if (cause instanceof ZipException || cause instanceof EOFException || cause instanceof ZstdIOException) {
                return unreadable(cause);
            }
        }
        // RESOURCE_EXHAUSTED without details is from Armeria, for a message that is too long. With details, it is from
        // a handler.
        boolean tooLong = status.getCode() == io.grpc.Status.Code.RESOURCE_EXHAUSTED && !metadata.containsKey(DETAILS);
        return tooLong ? status.withDescription(bodyLimit.exceeded().detail()) : status;
    }

    /** Returns the status of a failure. OTLP clients retry after RESOURCE_EXHAUSTED only if the status has a RetryInfo. */
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

    /** Passes a message on as it is. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try (stream) {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Inflates a message, and reserves memory for the output, since a small message can inflate to a very large one. */
    private record Counted(Decompression decompression) implements Decompressor {
        @Override
        public String getMessageEncoding() {
            return decompression.encoding();
        }

        @Override
        public InputStream decompress(InputStream compressed) throws IOException {
            MemoryBudget.Reservation reserved = reserved();
            return new FilterInputStream(decompression.open(compressed)) {
                @Override
                public int read() throws IOException {
                    int value = super.read();
                    if (value >= 0) {
                        reserved.reserve(COPIES);
                    }
                    return value;
                }

                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    int count = super.read(into, offset, length);
                    if (count > 0) {
                        reserved.reserve(COPIES * count);
                    }
                    return count;
                }
            };
        }
    }
}
