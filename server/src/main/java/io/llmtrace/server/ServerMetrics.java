package io.llmtrace.server;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.llmtrace.ingest.IngestState;
import io.llmtrace.ingest.SpanIngest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

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

    /** @param took in the repository */
    void batchStored(int spans, Duration took) {
        DistributionSummary.builder("llmtrace.ingest.batch.spans")
                .description("Spans that were stored together")
                .register(registry)
                .record(spans);
        Timer.builder("llmtrace.ingest.store")
                .description("How long the repository took to store a batch")
                .register(registry)
                .record(took);
    }

    /**
     * What becomes of spans. With nothing in flight, accepted = stored + spooled + dead-lettered + rejected: a difference that
     * grows is a fault of this program.
     */
    void watch(SpanIngest ingest) {
        count(
                "llmtrace.ingest.accepted",
                "Spans handed in, with those that a process before has spooled",
                ingest,
                IngestState::accepted);
        count("llmtrace.ingest.stored", "Spans durable in the repository", ingest, IngestState::stored);
        count(
                "llmtrace.ingest.deadlettered",
                "Spans that the repository refused for good",
                ingest,
                IngestState::deadLettered);
        count("llmtrace.ingest.rejected", "Spans given back with an error", ingest, IngestState::rejected);
        gauge(
                "llmtrace.ingest.spooled",
                "Spans that wait on disk",
                ingest,
                state -> state.spool().spans());
        gauge(
                "llmtrace.ingest.spool.bytes",
                "Size of the spool",
                ingest,
                state -> state.spool().bytes());
        gauge("llmtrace.ingest.spool.age.seconds", "How long the oldest span waits", ingest, ServerMetrics::ageOf);
        gauge(
                "llmtrace.ingest.in.flight.bytes",
                "Requests that wait to be stored, estimated",
                ingest,
                IngestState::bytesInFlight);
    }

    void watch(MemoryBudget memory) {
        Gauge.builder("llmtrace.request.memory.bytes", memory, MemoryBudget::used)
                .description("What requests under way take of max-request-memory")
                .register(registry);
    }

    private static double ageOf(IngestState state) {
        return state.spool().age().map(age -> age.toMillis() / 1_000.0).orElse(0.0);
    }

    private void count(String name, String description, SpanIngest ingest, ToDoubleFunction<IngestState> value) {
        FunctionCounter.builder(name, ingest, of -> value.applyAsDouble(of.state()))
                .description(description)
                .register(registry);
    }

    private void gauge(String name, String description, SpanIngest ingest, ToDoubleFunction<IngestState> value) {
        Gauge.builder(name, ingest, of -> value.applyAsDouble(of.state()))
                .description(description)
                .register(registry);
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
