package io.llmtrace.server;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.llmtrace.ingest.SpanIngest;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.TraceActions;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.TraceAnalytics;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1}: traces and spans in the vocabulary of the model. */
final class RestApi {

    private static final String TRACES = "/api/v1/traces";
    private static final String SPANS = "/api/v1/spans";

    private final TraceRepository repository;
    private final SpanIngest ingest;
    private final ServerMetrics metrics;
    private final long maxDecompressedBytes;

    RestApi(TraceRepository repository, SpanIngest ingest, ServerMetrics metrics, ServerConfig config) {
        this.repository = repository;
        this.ingest = ingest;
        this.metrics = metrics;
        this.maxDecompressedBytes = config.maxDecompressed();
    }

    List<Route> routes() {
        return List.of(
                Route.post(TRACES, this::storeTraces),
                Route.get(TRACES, Parameters.OF_QUERY, this::findTraces),
                Route.delete(TRACES, List.of("before"), this::deleteTracesBefore),
                Route.get(TRACES + "/{id}", List.of(), this::trace),
                Route.delete(TRACES + "/{id}", List.of(), this::deleteTrace),
                Route.get(TRACES + "/{id}/actions", List.of(), this::actions),
                Route.post(SPANS, this::storeSpans),
                Route.get(SPANS, Parameters.OF_QUERY, this::findSpans),
                Route.get(SPANS + "/{id}", List.of("trace_id"), this::span),
                Route.get("/api/v1/outlines", Parameters.OF_QUERY, this::findOutlines),
                Route.get("/api/v1/stats", List.of(), this::stats),
                Route.get("/api/v1/export", Parameters.OF_EXPORT, this::export));
    }

    /** What a query found. */
    record Found<T>(List<T> data, @Nullable String nextCursor) {
        static <T> Found<T> of(Page<T> page) {
            return new Found<>(page.items(), page.nextCursor());
        }
    }

    /** What a write did; {@code rejected} is left out when everything is stored. */
    record Stored(int stored, @Nullable List<RestItems.Rejected> rejected) {}

    /** What a delete did. */
    record Deleted(long deleted) {}

    private HttpResponse storeTraces(Call call) {
        UUID tenant = call.tenant();
        call.parameters();
        RestItems<TraceEvent> items =
                RestItems.read(body(call), call.request().contentType(), json -> TraceJson.readTrace(json, tenant));
        return store(
                items,
                () -> ingest.storeTraces(items.good()),
                items.good().stream().mapToInt(trace -> trace.spans().size()).sum());
    }

    private HttpResponse storeSpans(Call call) {
        UUID tenant = call.tenant();
        call.parameters();
        RestItems<TraceSpan> items = RestItems.read(
                body(call), call.request().contentType(), json -> TraceJson.readSpan(SpanAnswer.spanIn(json), tenant));
        return store(items, () -> ingest.store(items.good()), items.good().size());
    }

    private byte[] body(Call call) {
        return Bodies.read(call, maxDecompressedBytes);
    }

    private HttpResponse store(RestItems<?> items, Runnable write, int spans) {
        metrics.rejected(ServerMetrics.REST, items.rejected().size());
        if (items.good().isEmpty() && items.count() > 0) {
            RestItems.Rejected first = items.rejected().get(0);
            String place = items.count() == 1
                    ? ""
                    : "none of " + items.count() + " items can be stored; item " + first.index() + ": ";
            throw Failure.exception(HttpStatus.BAD_REQUEST, place + first.reason());
        }
        write.run();
        metrics.stored(ServerMetrics.REST, spans);
        return Call.json(new Stored(items.good().size(), items.rejected().isEmpty() ? null : items.rejected()));
    }

    private HttpResponse findTraces(Call call) {
        return find(call, repository::queryTraceSummaries, TraceAnalytics::rankedTraces);
    }

    private HttpResponse findSpans(Call call) {
        return find(call, repository::querySpans, this::rankedWhole);
    }

    private HttpResponse findOutlines(Call call) {
        return find(call, repository::querySpanOutlines, TraceAnalytics::rankedSpans);
    }

    private Slice<TraceSpan> rankedWhole(TraceAnalytics analytics, TraceQuery query, Ranking by) {
        Slice<SpanOutline> ranked = analytics.rankedSpans(query, by);
        List<SpanIdentity> identities = ranked.items().stream()
                .map(span -> new SpanIdentity(span.traceId(), span.spanId()))
                .toList();
        return new Slice<>(repository.getSpans(query.tenantId(), identities), ranked.nextOffset());
    }

    private interface Ranked {
        Slice<?> find(TraceAnalytics analytics, TraceQuery query, Ranking by);
    }

    private <T> HttpResponse find(Call call, Function<TraceQuery, Page<T>> finder, Ranked ranked) {
        Parameters parameters = call.parameters();
        TraceQuery query = parameters.query(call.tenant());
        Ranking ranking = parameters.ranking();
        if (ranking != null) {
            return AnalyticsApi.ranked(repository, analytics -> ranked.find(analytics, query, ranking));
        }
        try {
            return Call.json(Found.of(finder.apply(query)));
        } catch (InvalidRequestException e) {
            throw Parameters.refused(e);
        }
    }

    private HttpResponse trace(Call call) {
        return Call.json(traceOf(call));
    }

    private HttpResponse actions(Call call) {
        return Call.json(new AnalyticsApi.Listed(TraceActions.of(traceOf(call))));
    }

    private TraceEvent traceOf(Call call) {
        call.parameters();
        UUID id = call.id(Ids::parseTraceId);
        return repository
                .getTrace(call.tenant(), id)
                .orElseThrow(() -> Failure.exception(HttpStatus.NOT_FOUND, "no trace " + id));
    }

    private HttpResponse span(Call call) {
        UUID traceId = call.parameters().traceId();
        UUID id = call.id(Ids::parseSpanId);
        Optional<TraceSpan> span = traceId == null
                ? repository.getSpan(call.tenant(), id)
                : repository.getSpan(call.tenant(), traceId, id);
        return span.map(found -> Call.json(SpanAnswer.of(found)))
                .orElseThrow(() -> Failure.exception(HttpStatus.NOT_FOUND, "no span " + Ids.formatSpanId(id)));
    }

    private HttpResponse deleteTrace(Call call) {
        call.parameters();
        ingest.requireDrained();
        boolean deleted = repository.deleteTrace(call.tenant(), call.id(Ids::parseTraceId));
        return Call.json(new Deleted(deleted ? 1 : 0));
    }

    private HttpResponse deleteTracesBefore(Call call) {
        Instant before = call.parameters().requiredTime("before");
        ingest.requireDrained();
        return Call.json(new Deleted(repository.deleteTracesBefore(call.tenant(), before)));
    }

    private HttpResponse stats(Call call) {
        call.parameters();
        return Call.json(repository.stats(call.tenant()));
    }

    private HttpResponse export(Call call) {
        return new Export(repository, call).start();
    }
}
