package io.llmtrace.server.internal.rest;

import com.linecorp.armeria.common.HttpResponse;
import io.llmtrace.model.FieldType;
import io.llmtrace.model.SpanField;
import io.llmtrace.server.internal.http.Call;
import io.llmtrace.server.internal.http.Parameters;
import io.llmtrace.server.internal.http.Route;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.analytics.AttributeSuggestions;
import io.llmtrace.storage.analytics.IdLookup;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.analytics.ValueCount;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Serves {@code /api/v1/analytics}, aggregates over the spans that a query selects, and {@code /api/v1/lookup}. */
public final class AnalyticsApi {

    private static final String PATH = "/api/v1/analytics/";

    private static final String NARROWER = "narrow the filters, as by start_time and end_time, or lower limit";

    private static final String ATTRIBUTE = "@";

    private static final int DEFAULT_BUCKETS = 60;
    private static final int DEFAULT_GROUPS = 8;

    private final TraceRepository repository;

    /** Creates the API. If the repository has no analytics, every route answers 501. */
    public AnalyticsApi(TraceRepository repository) {
        this.repository = repository;
    }

    /** Returns the routes. */
    public List<Route> routes() {
        return List.of(
                Route.get(
                        PATH + "timeline",
                        QueryParameters.ofAnalytics("buckets", "group_by", "groups"),
                        this::timeline),
                Route.get(PATH + "trace_timeline", QueryParameters.ofAnalytics("buckets"), this::traceTimeline),
                Route.get(PATH + "top", QueryParameters.ofAnalytics("group_by", "order", "limit"), this::top),
                Route.get(PATH + "values", QueryParameters.ofAnalytics("field", "prefix", "limit"), this::values),
                Route.get(PATH + "sessions", QueryParameters.ofAnalytics("order", "limit", "offset"), this::sessions),
                Route.get(PATH + "findings", QueryParameters.ofAnalytics("limit"), this::findings),
                Route.get(PATH + "actions", QueryParameters.ofAnalytics("limit"), this::actions),
                Route.get("/api/v1/lookup", List.of("id"), this::lookup),
                Route.get(PATH + "count", QueryParameters.ofAnalytics("what", "up_to"), this::count));
    }

    /**
     * Answers with a page of traces or spans that are ordered by a measure of theirs.
     *
     * @param instead what the client should ask for if the page is too large
     */
    static HttpResponse ranked(
            Call call, String instead, TraceRepository repository, Function<TraceAnalytics, Slice<?>> ranking) {
        return answer(call, instead, () -> Responses.OffsetPage.of(ranking.apply(TraceAnalytics.of(repository))));
    }

    private HttpResponse timeline(Call call) {
        Parameters parameters = call.parameters();
        TraceQuery query = QueryParameters.analytics(parameters, call.tenant());
        int buckets = parameters.number("buckets", DEFAULT_BUCKETS);
        SpanField<?> groupBy = parameters.optional("group_by", SpanField::suggestedNamed);
        int groups = parameters.number("groups", DEFAULT_GROUPS);
        return answer(call, NARROWER, () -> analytics().timeline(query, buckets, groupBy, groups));
    }

    private HttpResponse traceTimeline(Call call) {
        Parameters parameters = call.parameters();
        TraceQuery query = QueryParameters.analytics(parameters, call.tenant());
        int buckets = parameters.number("buckets", DEFAULT_BUCKETS);
        return answer(call, NARROWER, () -> analytics().traceTimeline(query, buckets));
    }

    private HttpResponse top(Call call) {
        Parameters parameters = call.parameters();
        TraceQuery query = QueryParameters.analytics(parameters, call.tenant());
        SpanField<?> groupBy = parameters.required("group_by", "a field such as model_name", SpanField::suggestedNamed);
        Measure order = parameters.optional("order", Measure.SPANS, Measure::ofText);
        return answer(call, NARROWER, () -> new Responses.Items(analytics().top(query, groupBy, order)));
    }

    private HttpResponse values(Call call) {
        Parameters parameters = call.parameters();
        TraceQuery query = QueryParameters.analytics(parameters, call.tenant());
        Suggested suggested = parameters.required("field", "a field such as model_name", Suggested::of);
        String prefix = parameters.optional("prefix", "", text -> text);
        return answer(call, NARROWER, () -> new Responses.Items(suggested.values(repository, query, prefix)));
    }

    /** What values are suggested of: a field, the names of attributes as {@code @}, or an attribute as {@code @path}. */
    private interface Suggested {
        List<ValueCount> values(TraceRepository repository, TraceQuery query, String prefix);

        static Suggested of(String name) {
            if (name.equals(ATTRIBUTE)) {
                return (repository, query, prefix) -> new AttributeSuggestions(repository).names(query, prefix);
            }
            if (name.startsWith(ATTRIBUTE)) {
                String path = name.substring(ATTRIBUTE.length());
                return (repository, query, prefix) -> new AttributeSuggestions(repository).values(query, path, prefix);
            }
            SpanField<?> field = SpanField.suggestedNamed(name);
            return (repository, query, prefix) -> TraceAnalytics.of(repository).values(query, field, prefix);
        }
    }

    private HttpResponse sessions(Call call) {
        Parameters parameters = call.parameters();
        TraceQuery query = QueryParameters.analytics(parameters, call.tenant());
        SessionOrder order = parameters.optional("order", SessionOrder.LAST_TIME, SessionOrder::ofText);
        return answer(call, NARROWER, () -> Responses.OffsetPage.of(analytics().sessions(query, order)));
    }

    private HttpResponse findings(Call call) {
        TraceQuery query = QueryParameters.analytics(call.parameters(), call.tenant());
        return answer(call, NARROWER, () -> new Responses.Items(analytics().findings(query)));
    }

    private HttpResponse actions(Call call) {
        TraceQuery query = QueryParameters.analytics(call.parameters(), call.tenant());
        return answer(call, NARROWER, () -> new Responses.Items(analytics().actions(query)));
    }

    private HttpResponse count(Call call) {
        Parameters parameters = call.parameters();
        TraceQuery query = QueryParameters.analytics(parameters, call.tenant());
        long upTo = parameters.optional("up_to", TraceAnalytics.DEFAULT_COUNT, FieldType.COUNT::parse);
        ListedItems what = ListedItems.of(parameters);
        return answer(call, NARROWER, () -> switch (what) {
            case TRACES -> analytics().countTraces(query, upTo);
            case SPANS -> analytics().countSpans(query, upTo);
        });
    }

    private HttpResponse lookup(Call call) {
        String id = call.parameters().required("id", "an id, or the first digits of one", text -> text);
        IdLookup lookup = new IdLookup(repository, call.tenant());
        return answer(call, NARROWER, () -> new Responses.Items(lookup.find(id)));
    }

    private TraceAnalytics analytics() {
        return TraceAnalytics.of(repository);
    }

    private static HttpResponse answer(Call call, String instead, Supplier<Object> work) {
        try {
            return call.answer(call.read(instead, work));
        } catch (IllegalArgumentException e) {
            throw QueryParameters.refused(e);
        }
    }
}
