package io.llmtrace.server;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import org.jspecify.annotations.Nullable;

/** Writes what fails outside of a route: a body that is too large, a request that takes too long, broken HTTP. */
final class FailureRenderer implements ServerErrorHandler {

    private final ServerConfig config;

    FailureRenderer(ServerConfig config) {
        this.config = config;
    }

    @Override
    public @Nullable HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
        return null;
    }

    @Override
    public @Nullable AggregatedHttpResponse renderStatus(
            @Nullable ServiceRequestContext context,
            ServiceConfig serviceConfig,
            @Nullable RequestHeaders headers,
            HttpStatus status,
            @Nullable String description,
            @Nullable Throwable cause) {
        MediaType type = headers == null ? null : headers.contentType();
        if (type != null && type.subtype().startsWith("grpc")) {
            return null;
        }
        Failure failure = Failure.of(status, detail(status, description));
        HttpResponse response = headers == null ? Problems.render(failure) : render(failure, headers);
        return response.aggregate().join(); // complete already
    }

    /** In the form that the path of the request has for failures. */
    static HttpResponse render(Failure failure, RequestHeaders headers) {
        return OtlpHttp.isOtlp(headers) ? OtlpHttp.render(failure, headers.contentType()) : Problems.render(failure);
    }

    private String detail(HttpStatus status, @Nullable String description) {
        if (status.equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE)) {
            return "body > " + config.maxBodyBytes() + " bytes (max-body-bytes); send smaller batches";
        }
        if (status.equals(HttpStatus.SERVICE_UNAVAILABLE)) {
            return "not done within " + config.requestTimeout().toMillis()
                    + " ms (request-timeout); try again, or ask for less";
        }
        return description == null ? status.reasonPhrase() : description;
    }
}
