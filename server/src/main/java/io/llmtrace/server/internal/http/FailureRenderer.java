package io.llmtrace.server.internal.http;

import com.linecorp.armeria.common.AggregatedHttpResponse;
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
import org.jspecify.annotations.Nullable;

/** Reports the failures that Armeria itself detects: a body that is too large, a request that takes too long, malformed HTTP. */
public final class FailureRenderer implements ServerErrorHandler {

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
        Failure limit = exceededLimit(status);
        Failure failure = limit == null ? Failure.of(status, textOf(status, description)) : limit;
        if (headers == null) {
            return complete(Problems.render(failure));
        }
        if (!isGrpc(headers)) {
            return complete(form.render(failure, headers));
        }
        return limit == null ? null : complete(grpcForm.render(limit, headers));
    }

    /** Converts a response without waiting, since the response of a failure is complete already. */
    private static AggregatedHttpResponse complete(HttpResponse response) {
        return response.aggregate().join();
    }

    private static boolean isGrpc(RequestHeaders headers) {
        MediaType type = headers.contentType();
        return type != null && type.subtype().startsWith("grpc");
    }

    /** Returns the failure of the limit that Armeria has enforced; null if the status has another reason. */
    private @Nullable Failure exceededLimit(HttpStatus status) {
        if (status.equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE)) {
            return Failure.bodyTooLarge(config.maxBodyBytes());
        }
        if (status.equals(HttpStatus.SERVICE_UNAVAILABLE)) {
            long millis = config.requestTimeout().toMillis();
            return Failure.of(
                    status, "not done within " + millis + " ms (request-timeout); try again, or ask for less");
        }
        return null;
    }

    private static String textOf(HttpStatus status, @Nullable String description) {
        return description == null ? status.reasonPhrase() : description;
    }
}
