package io.llmtrace.server.internal.http;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.server.internal.failures.FailureForm;
import io.llmtrace.server.internal.failures.Problems;
import io.llmtrace.server.internal.limits.ConnectionLimits;
import org.jspecify.annotations.Nullable;

/** Reports the failures that Armeria itself detects: a body that is too large, a request that takes too long, malformed HTTP. */
public final class FailureRenderer implements ServerErrorHandler {

    /** What Armeria says of an address that it cannot decode. It does so before it knows the route or, in HTTP/1, keeps the address. */
    private static final String UNDECODABLE = "Invalid request path";

    private final ServerConfig config;
    private final FailureForm form;
    private final FailureForm grpcForm;

    /**
     * Creates a renderer whose messages name the limits of this configuration.
     *
     * @param form how failures are reported to clients that do not speak gRPC
     * @param grpcForm how exceeded limits are reported to clients that do; for other failures Armeria has its own form
     */
    public FailureRenderer(ServerConfig config, FailureForm form, FailureForm grpcForm) {
        this.config = config;
        this.form = form;
        this.grpcForm = grpcForm;
    }

    /** Reports errors of the process that no handler has caught, such as a lack of memory. Armeria would not even log them. */
    @Override
    public @Nullable HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
        return cause instanceof Error
                ? form.render(Failure.of(cause), context.request().headers())
                : null;
    }

    @Override
    public @Nullable AggregatedHttpResponse renderStatus(
            @Nullable ServiceRequestContext context,
            ServiceConfig serviceConfig,
            @Nullable RequestHeaders headers,
            HttpStatus status,
            @Nullable String description,
            @Nullable Throwable cause) {
        Failure known = known(status, description);
        Failure failure = known == null ? Failure.of(status, textOf(status, description)) : known;
        if (headers == null) {
            return complete(Problems.render(failure));
        }
        if (!isGrpc(headers)) {
            HttpResponse response = form.render(failure, headers);
            boolean restOfBodyMayCome = context != null
                    && !context.sessionProtocol().isMultiplex()
                    && status.equals(HttpStatus.REQUEST_TIMEOUT);
            return complete(restOfBodyMayCome ? lastOfItsConnection(response) : response);
        }
        return known == null ? null : complete(grpcForm.render(known, headers));
    }

    /** Ends a connection of HTTP/1 after the response: until the rest of the body has arrived, it could not be used again. */
    private static HttpResponse lastOfItsConnection(HttpResponse response) {
        return response.mapHeaders(headers -> headers.withMutations(h -> h.set(HttpHeaderNames.CONNECTION, "close")));
    }

    /** Converts a response without waiting, since the response of a failure is complete already. */
    private static AggregatedHttpResponse complete(HttpResponse response) {
        return response.aggregate().join();
    }

    private static boolean isGrpc(RequestHeaders headers) {
        MediaType type = headers.contentType();
        return type != null && type.subtype().startsWith("grpc");
    }

    /** Returns the failure for a reason of Armeria whose own text does not help, such as a limit; null for another. */
    private @Nullable Failure known(HttpStatus status, @Nullable String description) {
        if (status.equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE)) {
            return Failure.bodyTooLarge(config.maxBodyBytes());
        }
        if (status.equals(HttpStatus.SERVICE_UNAVAILABLE)) {
            long millis = config.requestTimeout().toMillis();
            return Failure.of(
                    status, "not done within " + millis + " ms (request-timeout); try again, or ask for less");
        }
        if (UNDECODABLE.equals(description)) {
            return Failure.of(
                    status,
                    "the address cannot be decoded: it has %00, or a % without two hexadecimal digits (send %25 for the sign itself)");
        }
        if (status.equals(HttpStatus.REQUEST_URI_TOO_LONG)) {
            return Failure.of(
                    status,
                    "request line > " + ConnectionLimits.MAX_REQUEST_LINE_BYTES
                            + " bytes; send shorter query parameters, or fewer");
        }
        if (status.equals(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)) {
            return Failure.of(status, "headers > " + ConnectionLimits.MAX_HEADER_BYTES + " bytes; send fewer");
        }
        if (status.equals(HttpStatus.REQUEST_TIMEOUT)) {
            long millis = config.requestTimeout().toMillis();
            return Failure.of(
                    status,
                    "the body did not arrive within " + millis
                            + " ms (request-timeout); try again, or send smaller batches");
        }
        return null;
    }

    private static String textOf(HttpStatus status, @Nullable String description) {
        return description == null ? status.reasonPhrase() : description;
    }
}
