package io.llmtrace.server;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.encoding.EncodingService;
import io.llmtrace.ingest.EventContent;
import io.llmtrace.ingest.SpanIngest;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.LogEvents;
import io.llmtrace.storage.TraceRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** All that the server answers, put together. */
final class Services {

    /** The pieces that a body comes in, and the whole. */
    private static final long BODY_COPIES = 2;

    private final List<Route> routes = new ArrayList<>();
    private final TenantResolver tenants;
    private final MemoryBudget memory;

    private Services(TenantResolver tenants, MemoryBudget memory) {
        this.tenants = tenants;
        this.memory = memory;
    }

    /** @return the way into the repository, to be closed when no more calls come */
    static SpanIngest addTo(
            ServerBuilder builder, ServerConfig config, TraceRepository repository, TenantResolver tenants) {
        ServerMetrics metrics = new ServerMetrics();
        SpanIngest ingest = new SpanIngest(repository, new LogContent(), config.ingest(), metrics::batchStored);
        metrics.watch(ingest);
        Explorer explorer = new Explorer();
        OtlpReceiver receiver = new OtlpReceiver(ingest, metrics, config.prices());
        MemoryBudget memory = new MemoryBudget(config.maxRequestMemory());
        metrics.watch(memory);
        Services services = new Services(tenants, memory);
        services.routes.addAll(allRoutes(repository, ingest, receiver, metrics, config, explorer));

        for (Route route : services.routes) {
            builder.route().methods(route.methods()).path(route.path()).build(metrics.around(services.blocking(route)));
        }
        explorer.addTo(builder, metrics::around);
        builder.service(
                OtlpGrpc.service(receiver, tenants, config),
                service -> metrics.around(OtlpGrpc.within(services.memory, service)));
        builder.serviceUnder("/", metrics.around((context, request) -> services.notFound(request)));
        OriginGuard guard = new OriginGuard(config);
        builder.routeDecorator().pathPrefix("/api").build(EncodingService.newDecorator());
        builder.decorator(guard::serve);
        builder.addHeader(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff");
        builder.errorHandler(new FailureRenderer(config));
        return ingest;
    }

    static List<Route> allRoutes(
            TraceRepository repository,
            SpanIngest ingest,
            OtlpReceiver receiver,
            ServerMetrics metrics,
            ServerConfig config,
            Explorer explorer) {
        List<Route> all = new ArrayList<>();
        all.addAll(new OtlpHttp(receiver, config).routes());
        all.addAll(new RestApi(repository, ingest, metrics, config).routes());
        all.addAll(new AnalyticsApi(repository).routes());
        all.addAll(new RetentionApi(repository, config).routes());
        all.addAll(new Operations(repository, ingest, metrics).routes());
        all.addAll(new Pages(explorer).routes());
        return all;
    }

    /** Off the event loop: handlers wait for the store. */
    private HttpService blocking(Route route) {
        return (context, request) -> {
            MemoryBudget.Reservation reserved = memory.open();
            context.log().whenComplete().thenRun(reserved::close);
            return HttpResponse.of(reserved.of(context, request, BODY_COPIES)
                    .aggregate()
                    .handleAsync(
                            (aggregated, failure) -> {
                                if (failure != null) {
                                    AggregatedHttpRequest headersOnly = AggregatedHttpRequest.of(request.headers());
                                    return fail(route, callOf(context, headersOnly, route, reserved), failure);
                                }
                                Call call = callOf(context, aggregated, route, reserved);
                                if (route.method() != HttpMethod.GET) {
                                    return handle(route, call);
                                }
                                try (AbandonedRead read = AbandonedRead.watch(context.whenRequestCancelling())) {
                                    return handle(route, call);
                                }
                            },
                            context.blockingTaskExecutor()));
        };
    }

    private Call callOf(
            ServiceRequestContext context,
            AggregatedHttpRequest request,
            Route route,
            MemoryBudget.Reservation reserved) {
        return new Call(context, request, tenants, route.parameters(), reserved);
    }

    private static HttpResponse handle(Route route, Call call) {
        try {
            return route.handler().handle(call);
        } catch (RuntimeException e) {
            return fail(route, call, e);
        }
    }

    private static HttpResponse fail(Route route, Call call, Throwable failure) {
        return route.failures().apply(call).apply(Failure.of(failure));
    }

    private HttpResponse notFound(HttpRequest request) {
        String path = request.path().split("\\?", 2)[0];
        List<HttpMethod> methods = routes.stream()
                .filter(route -> matches(route.path(), path))
                .flatMap(route -> route.methods().stream())
                .distinct()
                .toList();
        if (methods.isEmpty()) {
            String detail = path.equals("/v1/metrics")
                    ? "metrics are not stored here; set OTEL_METRICS_EXPORTER=none"
                    : "nothing is at this path; see /docs";
            return Problems.render(Failure.of(HttpStatus.NOT_FOUND, detail));
        }
        String allowed = methods.stream().map(HttpMethod::name).collect(Collectors.joining(", "));
        return Problems.render(Failure.of(HttpStatus.METHOD_NOT_ALLOWED, "this path answers to " + allowed))
                .mapHeaders(headers -> headers.withMutations(h -> h.set(HttpHeaderNames.ALLOW, allowed)));
    }

    private static boolean matches(String pattern, String path) {
        return path.matches(pattern.replace(".", "\\.").replace("{id}", "[^/]+"));
    }

    /** Log records of OTLP, as ingest sees them. */
    static final class LogContent implements EventContent {
        @Override
        public boolean cameApart(SpanEvent event) {
            return LogEvents.isFromLog(event);
        }

        @Override
        public TraceSpan complete(TraceSpan span) {
            return LogEvents.complete(span);
        }
    }
}
