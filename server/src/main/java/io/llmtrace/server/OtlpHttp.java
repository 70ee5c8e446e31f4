package io.llmtrace.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import com.google.rpc.Code;
import com.google.rpc.Status;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import io.llmtrace.json.TraceJson;
import io.llmtrace.otlp.OtlpDecoder;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** OTLP over HTTP: protobuf or JSON, answered in the same; failures are a {@code google.rpc.Status}. */
final class OtlpHttp {

    private static final MediaType PROTOBUF = MediaType.parse("application/x-protobuf");
    private static final MediaType JSON = MediaType.create("application", "json");

    private final OtlpReceiver receiver;
    private final long maxDecompressedBytes;

    OtlpHttp(OtlpReceiver receiver, ServerConfig config) {
        this.receiver = receiver;
        this.maxDecompressedBytes = config.maxDecompressed();
    }

    List<Route> routes() {
        return List.of(
                otlp("/v1/traces", this::traces),
                // Where Langfuse's SDKs send.
                otlp("/api/public/otel/v1/traces", this::traces),
                otlp("/v1/logs", this::logs));
    }

    private static Route otlp(String path, Route.Handler handler) {
        return new Route(
                HttpMethod.POST,
                path,
                List.of(),
                handler,
                call -> failure -> render(failure, call.request().contentType()));
    }

    private HttpResponse traces(Call call) {
        OtlpDecoder.Encoding encoding = encodingOf(call);
        byte[] body = Bodies.read(call, maxDecompressedBytes);
        ExportTraceServiceResponse response = receiver.traces(OtlpDecoder.traces(body, encoding), call.tenant());
        var partial = response.getPartialSuccess();
        return answer(response, encoding, "rejectedSpans", partial.getRejectedSpans(), partial.getErrorMessage());
    }

    private HttpResponse logs(Call call) {
        OtlpDecoder.Encoding encoding = encodingOf(call);
        byte[] body = Bodies.read(call, maxDecompressedBytes);
        ExportLogsServiceResponse response = receiver.logs(OtlpDecoder.logs(body, encoding), call.tenant());
        var partial = response.getPartialSuccess();
        return answer(
                response, encoding, "rejectedLogRecords", partial.getRejectedLogRecords(), partial.getErrorMessage());
    }

    private static OtlpDecoder.Encoding encodingOf(Call call) {
        MediaType type = call.request().contentType();
        if (type != null && type.belongsTo(JSON)) {
            return OtlpDecoder.Encoding.JSON;
        }
        if (type != null && type.belongsTo(PROTOBUF)) {
            return OtlpDecoder.Encoding.PROTOBUF;
        }
        throw Failure.exception(
                HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                "Content-Type is " + type + "; OTLP is application/x-protobuf or application/json");
    }

    private static HttpResponse answer(
            Message response, OtlpDecoder.Encoding encoding, String countField, long rejected, String reasons) {
        if (encoding == OtlpDecoder.Encoding.PROTOBUF) {
            return HttpResponse.of(
                    ResponseHeaders.builder(HttpStatus.OK).contentType(PROTOBUF).build(),
                    HttpData.wrap(response.toByteArray()));
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (rejected > 0) {
            json.putObject("partialSuccess")
                    .put(countField, String.valueOf(rejected)) // 64-bit numbers are text in protobuf's JSON
                    .put("errorMessage", reasons);
        }
        return HttpResponse.of(
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(MediaType.JSON)
                        .build(),
                HttpData.wrap(TraceJson.writeBytes(json)));
    }

    /** Whether this path speaks OTLP, so that also failures before any route must. */
    static boolean isOtlp(RequestHeaders headers) {
        return headers.path().endsWith("/v1/traces") && !headers.path().startsWith("/api/v1/")
                || headers.path().equals("/v1/logs");
    }

    /** In the encoding of the request; JSON where that is unknown. */
    static HttpResponse render(Failure failure, @Nullable MediaType requestType) {
        int code = codeOf(failure.status()).getNumber();
        if (requestType != null && requestType.belongsTo(PROTOBUF)) {
            Status status = Status.newBuilder()
                    .setCode(code)
                    .setMessage(failure.detail())
                    .build();
            return HttpResponse.of(Problems.headers(failure, PROTOBUF), HttpData.wrap(status.toByteArray()));
        }
        ObjectNode status =
                JsonNodeFactory.instance.objectNode().put("code", code).put("message", failure.detail());
        return HttpResponse.of(Problems.headers(failure, MediaType.JSON), HttpData.wrap(TraceJson.writeBytes(status)));
    }

    static Code codeOf(HttpStatus status) {
        return switch (status.code()) {
            case 400, 415 -> Code.INVALID_ARGUMENT;
            case 403 -> Code.PERMISSION_DENIED;
            case 413, 429 -> Code.RESOURCE_EXHAUSTED;
            case 501 -> Code.UNIMPLEMENTED;
            case 503 -> Code.UNAVAILABLE;
            default -> Code.INTERNAL;
        };
    }
}
