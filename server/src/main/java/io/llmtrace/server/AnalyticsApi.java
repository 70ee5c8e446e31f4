package io.llmtrace.server;

import com.linecorp.armeria.common.HttpResponse;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.SpanField;
import io.llmtrace.storage.analytics.TraceAnalytics;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/analytics}: figures about the spans that a query selects. */
final class AnalyticsApi {

    private static final String PATH = "/api/v1/analytics/";

    private static final int DEFAULT_BUCKETS = 60;
    private static final int DEFAULT_GROUPS = 8;

    private final TraceRepository repository;

    AnalyticsApi(TraceRepository repository) {
        this.repository = repository;
    }

    List<Route> routes() {
        return List.of(
                Route.get(PATH + "timeline", Parameters.ofAnalytics("buckets", "group_by", "groups"), this::timeline),
                Route.get(PATH + "top", Parameters.ofAnalytics("group_by", "order", "limit"), this::top),
                Route.get(PATH + "values", Parameters.ofAnalytics("field", "prefix", "limit"), this::values),
                Route.get(PATH + "sessions", Parameters.ofAnalytics("order", "limit", "offset"), this::sessions),
                Route.get(PATH + "findings", Parameters.ofAnalytics("limit"), this::findings),
                Route.get(PATH + "actions", Parameters.ofAnalytics("limit"), this::actions));
    }

    /** A list without further pages. */
    record Listed(List<?> data) {}

    /** A page of a list whose pages go by offset. */
    record Sliced(List<?> data, @Nullable Integer nextOffset) {
        static Sliced of(Slice<?> slice) {
            return new Sliced(slice.items(), slice.nextOffset());
        }
    }

    /** Traces or spans by a figure of theirs. */
    static HttpResponse ranked(TraceRepository repository, Function<TraceAnalytics, Slice<?>> ranking) {
        return answer(() -> Sliced.of(ranking.apply(TraceAnalytics.of(repository))));
    }

    private HttpResponse timeline(Call call) {
        Parameters parameters = call.parameters();
        TraceQuery query = parameters.analytics(call.tenant());
        int buckets = parameters.number("buckets", DEFAULT_BUCKETS);
        SpanField groupBy = parameters.optional("group_by", SpanField::ofText);
        int groups = parameters.number("groups", DEFAULT_GROUPS);
        return answer(() -> analytics().timeline(query, buckets, groupBy, groups));
    }

    private HttpResponse top(Call call) {
        Parameters parameters = call.parameters();
        TraceQuery query = parameters.analytics(call.tenant());
        SpanField groupBy = parameters.required("group_by", "a field such as model_name", SpanField::ofText);
        Measure order = parameters.optional("order", Measure.SPANS, Measure::ofText);
        return answer(() -> new Listed(analytics().top(query, groupBy, order)));
    }

    private HttpResponse values(Call call) {
        Parameters parameters = call.parameters();
        TraceQuery query = parameters.analytics(call.tenant());
        SpanField field = parameters.required("field", "a field such as model_name", SpanField::ofText);
        String prefix = parameters.optional("prefix", "", text -> text);
        return answer(() -> new Listed(analytics().values(query, field, prefix)));
    }

    private HttpResponse sessions(Call call) {
        Parameters parameters = call.parameters();
        TraceQuery query = parameters.analytics(call.tenant());
        SessionOrder order = parameters.optional("order", SessionOrder.LAST_TIME, SessionOrder::ofText);
        return answer(() -> Sliced.of(analytics().sessions(query, order)));
    }

    private HttpResponse findings(Call call) {
        TraceQuery query = call.parameters().analytics(call.tenant());
        return answer(() -> new Listed(analytics().findings(query)));
    }

    private HttpResponse actions(Call call) {
        TraceQuery query = call.parameters().analytics(call.tenant());
        return answer(() -> new Listed(analytics().actions(query)));
    }

    private TraceAnalytics analytics() {
        return TraceAnalytics.of(repository);
    }

    private static HttpResponse answer(Supplier<Object> work) {
        try {
            return Call.json(work.get());
        } catch (IllegalArgumentException e) {
            throw Parameters.refused(e);
        }
    }
}
