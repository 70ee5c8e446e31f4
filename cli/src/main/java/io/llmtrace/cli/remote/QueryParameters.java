package io.llmtrace.cli.remote;

import io.llmtrace.storage.TraceQuery;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A query as the parameters of a URL. The tenant is not among them: the server knows it. */
final class QueryParameters {

    private final List<String> parameters = new ArrayList<>();

    private QueryParameters() {}

    /** Begins with a question mark, unless there is nothing to say. */
    static String of(TraceQuery query) {
        QueryParameters parameters = new QueryParameters();
        parameters.filters(query);
        parameters.add("limit", query.limit());
        parameters.add("offset", query.offset() == 0 ? null : query.offset());
        parameters.add("cursor", query.cursor());
        parameters.add("order", query.order().text());
        return "?" + String.join("&", parameters.parameters);
    }

    /** As {@link #of}, for all pages together. */
    static String ofExport(TraceQuery query) {
        QueryParameters parameters = new QueryParameters();
        parameters.filters(query);
        parameters.add("order", query.order().text());
        return "?" + String.join("&", parameters.parameters);
    }

    /** The filters, and what is asked beside them. */
    static String ofFilters(TraceQuery query, Map<String, Object> more) {
        QueryParameters parameters = new QueryParameters();
        parameters.filters(query);
        more.forEach(parameters::add);
        return "?" + String.join("&", parameters.parameters);
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void filters(TraceQuery query) {
        add("start_time", query.startTime());
        add("end_time", query.endTime());
        add("provider", query.provider());
        add("model_name", query.modelName());
        add("operation_name", query.operationName());
        add("kind", query.kind() == null ? null : query.kind().text());
        add("trace_id", query.traceId());
        add("session_id", query.sessionId());
        add("user_id", query.userId());
        add("service_name", query.serviceName());
        query.tags().forEach((key, value) -> add("tag." + key, value));
        add("min_security_score", query.minSecurityScore());
        add("max_security_score", query.maxSecurityScore());
        add("finding_type", query.findingType());
        add(
                "finding_severity",
                query.findingSeverity() == null ? null : query.findingSeverity().text());
        add("action_name", query.actionName());
        add("min_duration_ms", query.minDurationMs());
        add("max_duration_ms", query.maxDurationMs());
        add("min_cost_usd", query.minCostUsd());
        add("max_cost_usd", query.maxCostUsd());
        add("status", query.status() == null ? null : query.status().text());
        add("text", query.text());
    }

    private void add(String name, @Nullable Object value) {
        if (value != null) {
            parameters.add(encode(name) + "=" + encode(value.toString()));
        }
    }
}
