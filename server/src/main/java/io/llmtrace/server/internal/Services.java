package io.llmtrace.server.internal;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.encoding.EncodingService;
import io.llmtrace.ingest.SpanIngest;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.server.internal.explorer.Explorer;
import io.llmtrace.server.internal.http.FailureRenderer;
import io.llmtrace.server.internal.http.Route;
import io.llmtrace.server.internal.http.RouteDispatcher;
import io.llmtrace.server.internal.http.Routes;
import io.llmtrace.server.internal.limits.BodyLimit;
import io.llmtrace.server.internal.limits.InFlightRequests;
import io.llmtrace.server.internal.limits.MemoryBudget;
import io.llmtrace.server.internal.operations.OperationsApi;
import io.llmtrace.server.internal.operations.ServerMetrics;
import io.llmtrace.server.internal.otlp.LogContent;
import io.llmtrace.server.internal.otlp.OtlpGrpc;
import io.llmtrace.server.internal.otlp.OtlpHttp;
import io.llmtrace.server.internal.otlp.OtlpReceiver;
import io.llmtrace.server.internal.rest.AnalyticsApi;
import io.llmtrace.server.internal.rest.DocsPages;
import io.llmtrace.server.internal.rest.FieldsApi;
import io.llmtrace.server.internal.rest.RestApi;
import io.llmtrace.server.internal.rest.RetentionApi;
import io.llmtrace.server.internal.web.BasePath;
import io.llmtrace.server.internal.web.OriginGuard;
import io.llmtrace.storage.TraceRepository;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All services of one server, with the ingest, metrics and limits that they share. */
public final class Services implements AutoCloseable {

    private final ServerConfig config;
    private final TenantResolver tenants;
    private final BasePath basePath;
    private final ServerMetrics metrics;
    private final Explorer explorer;
    private final SpanIngest ingest;
    private final OtlpReceiver receiver;
    private final OperationsApi operations;
    private final Routes routes;
    private final InFlightRequests inFlight;

    /**
     * Starts the ingest into the repository, and creates the routes.
     *
     * @throws io.llmtrace.storage.UnavailableException if the spool cannot be used
     */
    public Services(ServerConfig config, TraceRepository repository, TenantResolver tenants) {
        this.config = config;
        this.tenants = tenants;
        this.basePath = new BasePath(config.web().basePath());
        this.metrics = new ServerMetrics(basePath);
        this.explorer = new Explorer(config.web());
        this.ingest = new SpanIngest(repository, new LogContent(), config.ingest(), metrics::batchStored);
        metrics.watch(ingest);
        this.receiver = new OtlpReceiver(ingest, metrics, config.prices());
        this.operations = new OperationsApi(repository, ingest, config.ingest().maxSpoolBytes(), metrics);
        this.routes = new Routes(basePath, allRoutes(repository));
        this.inFlight = new InFlightRequests(routes);
    }

    /** Adds every service and decorator to the server that is being built. */
    public void addTo(ServerBuilder builder) {
        MemoryBudget memory = new MemoryBudget(config.maxRequestMemory());
        MemoryBudget answers = new MemoryBudget(config.maxReadMemory());
        metrics.watch(memory, answers);
        RouteDispatcher dispatcher = new RouteDispatcher(tenants, memory, answers);
        for (Route route : routes.served()) {
            HttpService service = metrics.around(dispatcher.service(route));
            basePath.servedAt(route.path())
                    .forEach(path ->
                            builder.route().methods(route.methods()).path(path).build(service));
        }
        explorer.addTo(builder, metrics::around);
        builder.service(
                OtlpGrpc.service(receiver, tenants, BodyLimit.of(config)),
                service -> metrics.around(OtlpGrpc.within(memory, service)));
        builder.serviceUnder("/", metrics.around((context, request) -> routes.notFound(request)));
        OriginGuard guard = new OriginGuard(config, OtlpHttp.paths(), routes);
        basePath.servedAt("/api")
                .forEach(path -> builder.routeDecorator().pathPrefix(path).build(EncodingService.newDecorator()));
        builder.decorator(inFlight::serve);
        // The last one is the first to see a request, so that a page that may export can read why it is refused.
        builder.decorator(guard::serve);
        builder.addHeader(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff");
        builder.errorHandler(new FailureRenderer(config, routes, OtlpGrpc::render));
    }

    /** Returns the routes, which the OpenAPI document describes. */
    Routes routes() {
        return routes;
    }

    /**
     * Refuses new requests, and waits until those being served have ended or the timeout is over.
     *
     * @return the number of those that have not ended
     */
    public int drain(Duration timeout) {
        return inFlight.close(timeout);
    }

    /** Returns how many spans wait on disk for the store. */
    public long spooledSpans() {
        return ingest.state().spool().spans();
    }

    /** Closes the ingest, after {@link #drain}. Spans that the store does not accept stay in the spool. */
    @Override
    public void close() {
        operations.close();
        ingest.close();
    }

    private List<Route> allRoutes(TraceRepository repository) {
        BodyLimit bodyLimit = BodyLimit.of(config);
        List<Route> all = new ArrayList<>();
        all.addAll(new OtlpHttp(receiver, bodyLimit).routes());
        all.addAll(new RestApi(repository, ingest, metrics, config.prices(), bodyLimit).routes());
        all.addAll(new FieldsApi().routes());
        all.addAll(new AnalyticsApi(repository).routes());
        all.addAll(new RetentionApi(repository, bodyLimit).routes());
        all.addAll(operations.routes());
        all.add(explorer.home());
        all.addAll(new DocsPages(config.web()).routes());
        return all;
    }
}
