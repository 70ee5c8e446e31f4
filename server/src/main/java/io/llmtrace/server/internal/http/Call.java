package io.llmtrace.server.internal.http;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.llmtrace.json.TraceJson;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.server.internal.limits.MemoryBudget;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One request to a route, with its complete body.
 *
 * @param knownParameters names of the query parameters that the route understands
 * @param memory the reservation for the body and for the objects that are read from it
 * @param answers the memory for what is read to answer requests
 * @param answer the reservation for what is read to answer this one
 */
public record Call(
        ServiceRequestContext context,
        AggregatedHttpRequest request,
        TenantResolver tenants,
        List<String> knownParameters,
        MemoryBudget.Reservation memory,
        MemoryBudget answers,
        MemoryBudget.Reservation answer) {

    /** Returns the tenant whose data the request reads or writes. */
    public UUID tenant() {
        return tenants.tenantOf(request.headers());
    }

    /** Returns the query parameters; throws if one is unknown to the route, occurs twice, or is not UTF-8. */
    public Parameters parameters() {
        String query = context.query();
        return Parameters.of(query == null ? "" : query, knownParameters);
    }

    /** Returns the {@code {id}} of the path; throws a failure that names {@code id} if the parser refuses it. */
    public UUID id(Function<String, UUID> parser) {
        return Parameters.parse("id", String.valueOf(context.pathParam("id")), parser);
    }

    /**
     * Reads from the store for the answer, within the memory for answers.
     *
     * @param instead what the client should ask for if there is too much, in the imperative
     */
    public <T> T read(String instead, Supplier<T> read) {
        return answer.read(instead, read);
    }

    /** Returns a response with status 200 and the value as JSON, which may be of any size. */
    public HttpResponse answer(Object value) {
        return JsonAnswer.of(context, value);
    }

    /** Returns a response with status 200 and a small value as JSON. */
    public static HttpResponse json(Object value) {
        return json(HttpStatus.OK, value);
    }

    /** Returns a response with a small value as JSON. */
    public static HttpResponse json(HttpStatus status, Object value) {
        ResponseHeaders headers = ResponseHeaders.builder(status)
                .contentType(MediaType.JSON_UTF_8)
                .build();
        return HttpResponse.of(headers, HttpData.wrap(TraceJson.writeBytes(value)));
    }
}
