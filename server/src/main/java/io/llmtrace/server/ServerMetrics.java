package io.llmtrace.server;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.TimeUnit;

/** What the server counts, for Prometheus. Labels have few values: routes, never paths. */
final class ServerMetrics {

    static final String REST = "rest";
    static final String OTLP = "otlp";

    private static final MediaType TEXT = MediaType.parse("text/plain; version=0.0.4; charset=utf-8");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    void stored(String protocol, int spans) {
        spans(protocol, "stored").increment(spans);
    }

    void rejected(String protocol, int spans) {
        spans(protocol, "rejected").increment(spans);
    }

    HttpResponse scrape() {
        return HttpResponse.of(HttpStatus.OK, TEXT, registry.scrape());
    }

    /** Counts and times every request. */
    HttpService around(HttpService service) {
        return service.decorate((delegate, context, request) -> {
            context.log().whenComplete().thenAccept(log -> record(context, log));
            return delegate.serve(context, request);
        });
    }

    private Counter spans(String protocol, String outcome) {
        return Counter.builder("llmtrace.spans")
                .description("Spans that arrived")
                .tag("protocol", protocol)
                .tag("outcome", outcome)
                .register(registry);
    }

    private void record(ServiceRequestContext context, RequestLog log) {
        Timer.builder("llmtrace.requests")
                .description("Requests and how long they took")
                .tag("method", context.method().name())
                .tag("route", context.config().route().patternString())
                .tag("status", String.valueOf(log.responseHeaders().status().code()))
                .register(registry)
                .record(log.totalDurationNanos(), TimeUnit.NANOSECONDS);
    }
}
