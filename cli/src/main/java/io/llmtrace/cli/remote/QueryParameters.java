package io.llmtrace.cli.remote;

import io.llmtrace.storage.TraceQuery;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters of a URL for a query. The tenant is not among them, since the server decides on it. */
final class QueryParameters {

    private final List<String> parameters = new ArrayList<>();

    private QueryParameters() {}

    /** Returns the parameters for one page, with the leading question mark. */
    static String of(TraceQuery query) {
        QueryParameters parameters = new QueryParameters();
        parameters.filters(query);
        parameters.add("limit", query.limit());
        parameters.add("offset", query.offset() == 0 ? null : query.offset());
        parameters.add("cursor", query.cursor());
        parameters.add("order", query.order().text());
        return "?" + String.join("&", parameters.parameters);
    }

    /** Returns the parameters for all pages together, with the leading question mark. */
    static String ofExport(TraceQuery query, String what) {
        QueryParameters parameters = new QueryParameters();
        parameters.filters(query);
        parameters.add("what", what);
        parameters.add("order", query.order().text());
        return "?" + String.join("&", parameters.parameters);
    }

    /** Returns the parameters of the filters and further ones, with the leading question mark. */
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
        query.filterParameters().forEach(this::add);
    }

    private void add(String name, @Nullable Object value) {
        if (value != null) {
            parameters.add(encode(name) + "=" + encode(value.toString()));
        }
    }
}
