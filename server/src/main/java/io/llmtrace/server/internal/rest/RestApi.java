package io.llmtrace.server.internal.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.llmtrace.ingest.SpanIngest;
import io.llmtrace.json.JsonMemory;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.FieldType;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.CostEstimator;
import io.llmtrace.otlp.Prices;
import io.llmtrace.otlp.TraceActions;
import io.llmtrace.server.DerivedSpanFields;
import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.server.internal.http.Bodies;
import io.llmtrace.server.internal.http.Call;
import io.llmtrace.server.internal.http.Parameters;
import io.llmtrace.server.internal.http.Route;
import io.llmtrace.server.internal.limits.BodyLimit;
import io.llmtrace.server.internal.operations.ServerMetrics;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.spi.ReadableTrace;
import io.llmtrace.storage.spi.StoreIntegrity;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves traces and spans under {@code /api/v1}, with the names of the model. */
public final class RestApi {

    private static final Logger LOG = LoggerFactory.getLogger(RestApi.class);
    private static final String TRACES = "/api/v1/traces";
    private static final String SPANS = "/api/v1/spans";
    private static final String ESTIMATE_COST = "estimate_cost";

    private static final String FEWER = "ask for fewer at a time (limit)";
    private static final String FEWER_SPANS =
            "ask for fewer spans at a time (limit), or for their outlines (/api/v1/outlines)";
    private static final String SPANS_OF_TRACE =
            "ask for the spans of the trace in pages (/api/v1/spans?trace_id=…&limit=…), or for their outlines (/api/v1/outlines)";
    private static final String MORE_MEMORY = "raise it to read this span";

    private final TraceRepository repository;
    private final SpanIngest ingest;
    private final ServerMetrics metrics;
    private final CostEstimator costs;
    private final BodyLimit bodyLimit;

    /**
     * Creates the API, which reads from the repository and writes through the ingest.
     *
     * @param prices the prices for estimating the cost of calls that are stored without one
     * @param bodyLimit the limit of one request after decompression
     */
    public RestApi(
            TraceRepository repository, SpanIngest ingest, ServerMetrics metrics, Prices prices, BodyLimit bodyLimit) {
        this.repository = repository;
        this.ingest = ingest;
        this.metrics = metrics;
        this.costs = new CostEstimator(prices);
        this.bodyLimit = bodyLimit;
    }

    /** Returns the routes. */
    public List<Route> routes() {
        return List.of(
                Route.post(TRACES, List.of(ESTIMATE_COST), this::storeTraces),
                Route.get(TRACES, QueryParameters.OF_QUERY, this::findTraces),
                Route.delete(TRACES, QueryParameters.OF_DELETE, this::deleteTraces),
                Route.get(TRACES + "/{id}", List.of(), this::trace),
                Route.delete(TRACES + "/{id}", List.of(), this::deleteTrace),
                Route.get(TRACES + "/{id}/actions", List.of(), this::actions),
                Route.post(SPANS, List.of(ESTIMATE_COST), this::storeSpans),
                Route.get(SPANS, QueryParameters.OF_QUERY, this::findSpans),
                Route.get(SPANS + "/{id}", List.of("trace_id"), this::span),
                Route.get("/api/v1/outlines", QueryParameters.OF_QUERY, this::findOutlines),
                Route.get("/api/v1/stats", List.of(), this::stats),
                Route.get("/api/v1/export", QueryParameters.OF_EXPORT, this::export));
    }

    /**
     * The answer to a write.
     *
     * @param stored how many items of the request are stored
     * @param rejected the other items; left out when there are none
     */
    record Stored(int stored, @Nullable List<RestItems.Rejected> rejected) {}

    /** The answer to a delete: how many traces were removed. */
    record Deleted(long deleted) {}

    private HttpResponse storeTraces(Call call) {
        UUID tenant = call.tenant();
        boolean estimate = estimatesCost(call);
        RestItems<TraceEvent> items = RestItems.read(body(call), call.request().contentType(), json -> {
            TraceEvent trace = TraceJson.readTrace(json, tenant);
            return estimate ? costs.estimate(trace) : trace;
        });
        return store(
                items,
                () -> ingest.storeTraces(items.good()),
                items.good().stream().mapToInt(trace -> trace.spans().size()).sum());
    }

    private HttpResponse storeSpans(Call call) {
        UUID tenant = call.tenant();
        boolean estimate = estimatesCost(call);
        RestItems<TraceSpan> items = RestItems.read(body(call), call.request().contentType(), json -> {
            TraceSpan span = TraceJson.readSpan(spanIn(json), tenant);
            return estimate ? costs.estimate(span) : span;
        });
        return store(items, () -> ingest.store(items.good()), items.good().size());
    }

    /** Returns whether calls without a cost get an estimate. A copy of stored spans goes without, to be equal to them. */
    private static boolean estimatesCost(Call call) {
        return call.parameters().optional(ESTIMATE_COST, true, FieldType.BOOLEAN::parse);
    }

    /**
     * Returns the JSON of a span that was sent, without the fields that only responses have. So a client can send back a span
     * that it has read.
     */
    private static JsonNode spanIn(JsonNode sent) {
        DerivedSpanFields.removeFrom(sent);
        return sent;
    }

    private byte[] body(Call call) {
        return Bodies.read(call, bodyLimit, JsonMemory::ofValues);
    }

    private HttpResponse store(RestItems<?> items, Runnable write, int spans) {
        metrics.rejected(ServerMetrics.REST, items.rejected().size());
        if (items.textReplaced()) {
            metrics.textReplaced(ServerMetrics.REST);
        }
        if (items.good().isEmpty() && items.count() > 0) {
            RestItems.Rejected first = items.rejected().get(0);
            String prefix = items.count() == 1
                    ? ""
                    : "none of " + items.count() + " items can be stored; item " + first.index() + ": ";
            throw Failure.exception(HttpStatus.BAD_REQUEST, prefix + first.reason());
        }
        write.run();
        metrics.stored(ServerMetrics.REST, spans);
        return Call.json(new Stored(items.good().size(), items.rejected().isEmpty() ? null : items.rejected()));
    }

    private HttpResponse findTraces(Call call) {
        return find(call, FEWER, repository::queryTraceSummaries, TraceAnalytics::rankedTraces);
    }

    private HttpResponse findSpans(Call call) {
        return find(call, FEWER_SPANS, repository::querySpans, this::rankedSpans);
    }

    private HttpResponse findOutlines(Call call) {
        return find(call, FEWER, repository::querySpanOutlines, TraceAnalytics::rankedSpans);
    }

    /** Returns ranked spans. Analytics ranks outlines only, so the whole spans are read by their identities. */
    private Slice<TraceSpan> rankedSpans(TraceAnalytics analytics, TraceQuery query, Ranking by) {
        Slice<SpanOutline> ranked = analytics.rankedSpans(query, by);
        List<SpanIdentity> identities = ranked.items().stream()
                .map(span -> new SpanIdentity(span.traceId(), span.spanId()))
                .toList();
        return new Slice<>(repository.getSpans(query.tenantId(), identities), ranked.nextOffset());
    }

    private interface Ranked {
        Slice<?> find(TraceAnalytics analytics, TraceQuery query, Ranking by);
    }

    private <T> HttpResponse find(Call call, String instead, Function<TraceQuery, Page<T>> finder, Ranked ranked) {
        Parameters parameters = call.parameters();
        TraceQuery query = QueryParameters.query(parameters, call.tenant());
        Ranking ranking = QueryParameters.ranking(parameters);
        if (ranking != null) {
            return AnalyticsApi.ranked(call, instead, repository, analytics -> ranked.find(analytics, query, ranking));
        }
        try {
            return call.answer(Responses.CursorPage.of(call.read(instead, () -> finder.apply(query))));
        } catch (InvalidRequestException e) {
            throw QueryParameters.refused(e);
        }
    }

    private HttpResponse trace(Call call) {
        try {
            return call.answer(traceOf(call));
        } catch (CorruptStoreException damage) {
            return partOfTrace(call, damage);
        }
    }

    /** Answers with the spans of a trace that can be read. */
    private HttpResponse partOfTrace(Call call, CorruptStoreException damage) {
        UUID id = call.id(Ids::parseTraceId);
        UUID tenant = call.tenant();
        ReadableTrace part = call.read(
                        SPANS_OF_TRACE,
                        () -> StoreIntegrity.of(repository).flatMap(integrity -> integrity.readableTrace(tenant, id)))
                .filter(found -> !found.trace().spans().isEmpty())
                .orElseThrow(() -> damage);
        LOG.error(
                "{} spans of the trace {} cannot be read: {}", part.unreadable().size(), id, part.reason());
        return call.answer(LeftOut.PartOfTrace.of(part));
    }

    private HttpResponse actions(Call call) {
        return call.answer(new Responses.Items(TraceActions.of(traceOf(call))));
    }

    private TraceEvent traceOf(Call call) {
        call.parameters();
        UUID id = call.id(Ids::parseTraceId);
        UUID tenant = call.tenant();
        return call.read(SPANS_OF_TRACE, () -> repository.getTrace(tenant, id))
                .orElseThrow(() -> Failure.exception(HttpStatus.NOT_FOUND, "no trace " + id));
    }

    private HttpResponse span(Call call) {
        UUID traceId = call.parameters().optional("trace_id", Ids::parseTraceId);
        UUID id = call.id(Ids::parseSpanId);
        UUID tenant = call.tenant();
        Optional<SpanAnswer> span = call.read(
                MORE_MEMORY,
                () -> (traceId == null ? repository.getSpan(tenant, id) : repository.getSpan(tenant, traceId, id))
                        .map(SpanAnswer::of));
        return span.map(call::answer)
                .orElseThrow(() -> Failure.exception(HttpStatus.NOT_FOUND, "no span " + Ids.formatSpanId(id)));
    }

    private HttpResponse deleteTrace(Call call) {
        call.parameters();
        boolean deleted = ingest.deleteTrace(call.tenant(), call.id(Ids::parseTraceId));
        return Call.json(new Deleted(deleted ? 1 : 0));
    }

    private HttpResponse deleteTraces(Call call) {
        Parameters parameters = call.parameters();
        Instant before = parameters.optional("before", QueryParameters::time);
        if (parameters.names().isEmpty()) {
            throw Failure.badParameter("before", "parameter 'before' is missing; give an RFC 3339 time, or filters");
        }
        if (before == null) {
            return deleteSelected(QueryParameters.analytics(parameters, call.tenant()));
        }
        if (parameters.names().size() > 1) {
            throw Failure.badParameter("before", "before is given together with filters: use start_time and end_time");
        }
        return Call.json(new Deleted(ingest.deleteTracesBefore(call.tenant(), before)));
    }

    private HttpResponse deleteSelected(TraceQuery query) {
        try {
            return Call.json(new Deleted(ingest.deleteTraces(query)));
        } catch (IllegalArgumentException e) {
            throw Failure.badParameter("q", String.valueOf(e.getMessage()));
        }
    }

    private HttpResponse stats(Call call) {
        call.parameters();
        return Call.json(repository.stats(call.tenant()));
    }

    private HttpResponse export(Call call) {
        return new Export(repository, call).start();
    }
}
