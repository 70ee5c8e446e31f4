package io.llmtrace.server.internal.failures;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import io.llmtrace.json.TraceJson;

/** Failures as RFC 9457 problem documents, the form that all protocols except OTLP use. */
public final class Problems {

    /** The form itself. It is the same for every request, whatever the request's encoding. */
    public static final FailureForm FORM = (failure, request) -> render(failure);

    private static final MediaType MEDIA_TYPE = MediaType.parse("application/problem+json");

    private Problems() {}

    /** Returns the failure as a problem document; {@code parameter} is a field of its own. */
    public static HttpResponse render(Failure failure) {
        ObjectNode problem = JsonNodeFactory.instance.objectNode();
        problem.put("type", "about:blank");
        problem.put("title", failure.status().reasonPhrase());
        problem.put("status", failure.status().code());
        problem.put("detail", failure.detail());
        if (failure.parameter() != null) {
            problem.put("parameter", failure.parameter());
        }
        return HttpResponse.of(headers(failure, MEDIA_TYPE), HttpData.wrap(TraceJson.writeBytes(problem)));
    }

    /** Returns the headers of a failure's response, with {@code Retry-After} where trying again helps. */
    public static ResponseHeaders headers(Failure failure, MediaType type) {
        ResponseHeadersBuilder headers =
                ResponseHeaders.builder(failure.status()).contentType(type);
        if (failure.retryAfterSeconds() != null) {
            headers.setInt(HttpHeaderNames.RETRY_AFTER, failure.retryAfterSeconds());
        }
        return headers.build();
    }
}
