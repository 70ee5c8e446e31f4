package io.llmtrace.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import io.llmtrace.json.TraceJson;

/** Failures as RFC 9457 problem documents. */
final class Problems {

    static final MediaType MEDIA_TYPE = MediaType.parse("application/problem+json");

    private Problems() {}

    static HttpResponse render(Failure failure) {
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

    static ResponseHeaders headers(Failure failure, MediaType type) {
        ResponseHeadersBuilder headers =
                ResponseHeaders.builder(failure.status()).contentType(type);
        if (failure.retryAfterSeconds() != null) {
            headers.setInt(HttpHeaderNames.RETRY_AFTER, failure.retryAfterSeconds());
        }
        return headers.build();
    }
}
