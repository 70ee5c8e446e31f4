package io.llmtrace.server;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.llmtrace.json.TraceJson;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/**
 * One request to a route, its body complete.
 *
 * @param knownParameters that the route understands
 * @param memory that the body and what is made of it may take
 */
record Call(
        ServiceRequestContext context,
        AggregatedHttpRequest request,
        TenantResolver tenants,
        List<String> knownParameters,
        MemoryBudget.Reservation memory) {

    UUID tenant() {
        return tenants.tenantOf(request.headers());
    }

    Parameters parameters() {
        String query = context.query();
        return new Parameters(query == null ? QueryParams.of() : QueryParams.fromQueryString(query), knownParameters);
    }

    /** The id in the path. */
    UUID id(Function<String, UUID> parser) {
        return Parameters.parse("id", String.valueOf(context.pathParam("id")), parser);
    }

    static HttpResponse json(Object value) {
        return json(HttpStatus.OK, value);
    }

    static HttpResponse json(HttpStatus status, Object value) {
        ResponseHeaders headers = ResponseHeaders.builder(status)
                .contentType(MediaType.JSON_UTF_8)
                .build();
        return HttpResponse.of(headers, HttpData.wrap(TraceJson.writeBytes(value)));
    }
}
