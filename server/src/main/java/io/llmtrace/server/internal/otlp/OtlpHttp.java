package io.llmtrace.server.internal.otlp;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import com.google.rpc.Code;
import com.google.rpc.Status;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.llmtrace.json.TraceJson;
import io.llmtrace.otlp.OtlpDecoder;
import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.server.internal.failures.Problems;
import io.llmtrace.server.internal.http.Bodies;
import io.llmtrace.server.internal.http.Call;
import io.llmtrace.server.internal.http.Route;
import io.llmtrace.server.internal.limits.BodyLimit;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * OTLP over HTTP. Requests are in protobuf or JSON, and are answered in the same encoding. A failure is a
 * {@code google.rpc.Status}.
 */
public final class OtlpHttp {

    private static final String TRACES = "/v1/traces";
    private static final String LANGFUSE_TRACES = "/api/public/otel/v1/traces";
    private static final String LOGS = "/v1/logs";
    private static final String METRICS = "/v1/metrics";

    private static final MediaType PROTOBUF = MediaType.parse("application/x-protobuf");
    /** The type that is registered for protobuf, which came after OTLP. */
    private static final MediaType REGISTERED_PROTOBUF = MediaType.parse("application/protobuf");

    private static final MediaType JSON = MediaType.create("application", "json");

    private final OtlpReceiver receiver;
    private final BodyLimit bodyLimit;

    /**
     * Passes requests on to the receiver.
     *
     * @param bodyLimit the limit of one request after decompression
     */
    public OtlpHttp(OtlpReceiver receiver, BodyLimit bodyLimit) {
        this.receiver = receiver;
        this.bodyLimit = bodyLimit;
    }

    /** Returns the paths of all signals, with and without a slash at the end. */
    public static Set<String> paths() {
        return Stream.of(TRACES, LANGFUSE_TRACES, LOGS, METRICS)
                .flatMap(path -> Stream.of(path, path + "/"))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Returns the routes of all signals; those with a slash at the end are for clients whose setting for the path has one. */
    public List<Route> routes() {
        Map<String, Route.Handler> handlers = new LinkedHashMap<>();
        handlers.put(TRACES, this::traces);
        handlers.put(LANGFUSE_TRACES, this::traces); // Langfuse's SDKs send to this path.
        handlers.put(LOGS, this::logs);
        handlers.put(METRICS, this::metrics);
        List<Route> routes = new ArrayList<>();
        handlers.forEach((path, handler) -> {
            routes.add(otlp(path, handler));
            routes.add(otlp(path + "/", handler));
        });
        return routes;
    }

    private static Route otlp(String path, Route.Handler handler) {
        return Route.post(path, handler, (failure, request) -> render(failure, request.contentType()));
    }

    private HttpResponse traces(Call call) {
        OtlpDecoder.Encoding encoding = encodingOf(call);
        byte[] body = Bodies.read(call, bodyLimit, plain -> OtlpDecoder.memoryForTraces(plain, encoding));
        ExportTraceServiceResponse response =
                receiver.traces(OtlpDecoder.readableTraces(body, encoding), call.tenant());
        var partial = response.getPartialSuccess();
        return answer(response, encoding, "rejectedSpans", partial.getRejectedSpans(), partial.getErrorMessage());
    }

    private HttpResponse logs(Call call) {
        OtlpDecoder.Encoding encoding = encodingOf(call);
        byte[] body = Bodies.read(call, bodyLimit, plain -> OtlpDecoder.memoryForLogs(plain, encoding));
        ExportLogsServiceResponse response = receiver.logs(OtlpDecoder.readableLogs(body, encoding), call.tenant());
        var partial = response.getPartialSuccess();
        return answer(
                response, encoding, "rejectedLogRecords", partial.getRejectedLogRecords(), partial.getErrorMessage());
    }

    private HttpResponse metrics(Call call) {
        OtlpDecoder.Encoding encoding = encodingOf(call);
        return answer(receiver.metrics(), encoding, "rejectedDataPoints", 0, "");
    }

    private static OtlpDecoder.Encoding encodingOf(Call call) {
        MediaType type = call.request().contentType();
        if (type != null && type.belongsTo(JSON)) {
            return OtlpDecoder.Encoding.JSON;
        }
        if (isProtobuf(type)) {
            return OtlpDecoder.Encoding.PROTOBUF;
        }
        throw Failure.exception(
                HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                "Content-Type is " + type + "; OTLP is application/x-protobuf or application/json");
    }

    private static boolean isProtobuf(@Nullable MediaType type) {
        return type != null && (type.belongsTo(PROTOBUF) || type.belongsTo(REGISTERED_PROTOBUF));
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
                    .put(countField, String.valueOf(rejected)) // protobuf writes 64-bit numbers as text in JSON
                    .put("errorMessage", reasons);
        }
        return HttpResponse.of(
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(MediaType.JSON)
                        .build(),
                HttpData.wrap(TraceJson.writeBytes(json)));
    }

    /** Reports a failure in the encoding of the request, or in JSON if that is unknown. */
    private static HttpResponse render(Failure failure, @Nullable MediaType requestType) {
        int code = codeOf(failure.status()).getNumber();
        if (isProtobuf(requestType)) {
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

    /** Returns the gRPC code that OTLP has for an HTTP status. */
    static Code codeOf(HttpStatus status) {
        return switch (status.code()) {
            case 400, 415 -> Code.INVALID_ARGUMENT;
            case 403 -> Code.PERMISSION_DENIED;
            case 408 -> Code.DEADLINE_EXCEEDED;
            case 413, 429 -> Code.RESOURCE_EXHAUSTED;
            case 501 -> Code.UNIMPLEMENTED;
            case 503 -> Code.UNAVAILABLE;
            default -> Code.INTERNAL;
        };
    }
}
