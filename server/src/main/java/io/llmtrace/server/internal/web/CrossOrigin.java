package io.llmtrace.server.internal.web;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeadersBuilder;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import io.llmtrace.server.WebConfig;
import java.util.List;

/**
 * What a browser needs to let pages of other sites export (CORS). Cookies are allowed to origins that are named, since
 * {@code navigator.sendBeacon} always includes them; with {@code *}, browsers forbid it.
 */
final class CrossOrigin {

    private static final String REQUEST_PRIVATE_NETWORK = "access-control-request-private-network";
    private static final String ALLOW_PRIVATE_NETWORK = "access-control-allow-private-network";

    /** How long a browser may send without asking again. Browsers cut it to their own limit, two hours at most. */
    private static final String MAX_AGE_SECONDS = "7200";

    private final List<String> allowed;

    CrossOrigin(WebConfig config) {
        this.allowed = config.allowedOrigins();
    }

    /** Returns whether pages of this origin may export. */
    boolean allows(String origin) {
        return allowed.contains(WebConfig.ANY_ORIGIN) || allowed.contains(origin);
    }

    /** Returns whether any page of another site may export. */
    boolean isOn() {
        return !allowed.isEmpty();
    }

    /** Returns whether a browser asks if it may send a request. */
    static boolean isPreflight(RequestHeaders request) {
        return request.method() == HttpMethod.OPTIONS
                && request.contains(HttpHeaderNames.ORIGIN)
                && request.contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
    }

    /** Adds what lets the pages of an allowed origin read a response, whatever its status. */
    void addTo(HttpHeadersBuilder response, String origin) {
        if (allowed.contains(origin)) {
            response.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
                    .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        } else {
            response.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, WebConfig.ANY_ORIGIN);
        }
        response.set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, HttpHeaderNames.RETRY_AFTER.toString());
    }

    /** Answers that the request may be sent, with all headers that it asks for: each exporter has others for its keys. */
    static HttpResponse permit(RequestHeaders request) {
        ResponseHeadersBuilder headers = ResponseHeaders.builder(HttpStatus.NO_CONTENT)
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, HttpMethod.POST.name())
                .set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
        String asked = request.get(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
        if (asked != null) {
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, asked);
        }
        if (request.contains(REQUEST_PRIVATE_NETWORK)) {
            headers.set(ALLOW_PRIVATE_NETWORK, "true");
        }
        return HttpResponse.of(headers.build());
    }
}
