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

    private final List<Route> routes = new ArrayList<>();
    private final TenantResolver tenants;

    private Services(TenantResolver tenants) {
        this.tenants = tenants;
    }

    static void addTo(ServerBuilder builder, ServerConfig config, TraceRepository repository, TenantResolver tenants) {
        ServerMetrics metrics = new ServerMetrics();
        SpanIngest ingest = new SpanIngest(repository, new LogContent());
        OtlpReceiver receiver = new OtlpReceiver(ingest, metrics);
        Services services = new Services(tenants);
        services.routes.addAll(allRoutes(repository, ingest, receiver, metrics, config));

        for (Route route : services.routes) {
            builder.route().methods(route.methods()).path(route.path()).build(metrics.around(services.blocking(route)));
        }
        builder.service(OtlpGrpc.service(receiver, tenants, config), metrics::around);
        builder.serviceUnder("/", metrics.around((context, request) -> services.notFound(request)));
        OriginGuard guard = new OriginGuard(config);
        builder.routeDecorator().pathPrefix("/api").build(EncodingService.newDecorator());
        builder.decorator(guard::serve);
        builder.addHeader(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff");
        builder.errorHandler(new FailureRenderer(config));
    }

    static List<Route> allRoutes(
            TraceRepository repository,
            SpanIngest ingest,
            OtlpReceiver receiver,
            ServerMetrics metrics,
            ServerConfig config) {
        List<Route> all = new ArrayList<>();
        all.addAll(new OtlpHttp(receiver, config).routes());
        all.addAll(new RestApi(repository, ingest, metrics, config).routes());
        all.addAll(new Operations(repository, metrics).routes());
        all.addAll(new Pages().routes());
        return all;
    }

    /** Off the event loop: handlers wait for the store. */
    private HttpService blocking(Route route) {
        return (context, request) -> HttpResponse.of(request.aggregate()
                .handleAsync(
                        (aggregated, failure) -> {
                            if (failure != null) {
                                AggregatedHttpRequest headersOnly = AggregatedHttpRequest.of(request.headers());
                                return fail(route, callOf(context, headersOnly, route), failure);
                            }
                            return handle(route, callOf(context, aggregated, route));
                        },
                        context.blockingTaskExecutor()));
    }

    private Call callOf(ServiceRequestContext context, AggregatedHttpRequest request, Route route) {
        return new Call(context, request, tenants, route.parameters());
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
