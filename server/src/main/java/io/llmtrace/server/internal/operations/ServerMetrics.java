package io.llmtrace.server.internal.operations;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.llmtrace.ingest.IngestState;
import io.llmtrace.ingest.SpanIngest;
import io.llmtrace.server.internal.limits.MemoryBudget;
import io.llmtrace.server.internal.web.BasePath;
import io.llmtrace.storage.StoreHealth;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of one server, for Prometheus. A label is a route, never a path with ids, so that it has few values. Thread-safe.
 */
public final class ServerMetrics {

    /** The protocol label of spans that arrive over REST. */
    public static final String REST = "rest";
    /** The protocol label of spans that arrive over OTLP. */
    public static final String OTLP = "otlp";

    private static final MediaType TEXT = MediaType.parse("text/plain; version=0.0.4; charset=utf-8");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final BasePath basePath;
    private Supplier<@Nullable StoreHealth> storeHealth = () -> null;

    /** Counts requests below the base path as requests of the same route. */
    public ServerMetrics(BasePath basePath) {
        this.basePath = basePath;
    }

    /** Counts spans of a request that were stored, by protocol. */
    public void stored(String protocol, int spans) {
        spans(protocol, "stored").increment(spans);
    }

    /** Counts spans of a request that cannot be stored, by protocol. */
    public void rejected(String protocol, int spans) {
        spans(protocol, "rejected").increment(spans);
    }

    /** Counts a request with text that is not valid Unicode and is stored with U+FFFD, by protocol. */
    public void textReplaced(String protocol) {
        Counter.builder("llmtrace.text.replaced")
                .description("Requests with text that was not valid Unicode, and is stored with U+FFFD")
                .tag("protocol", protocol)
                .register(registry)
                .increment();
    }

    /** Counts an OTLP request with metrics, which are not stored. */
    public void droppedMetrics() {
        Counter.builder("llmtrace.metrics.dropped")
                .description("OTLP requests with metrics, which are not stored")
                .register(registry)
                .increment();
    }

    /**
     * Records one batch that went into the repository.
     *
     * @param took how long the repository took to store it
     */
    public void batchStored(int spans, Duration took) {
        DistributionSummary.builder("llmtrace.ingest.batch.spans")
                .description("Spans per batch that the repository stored")
                .register(registry)
                .record(spans);
        Timer.builder("llmtrace.ingest.store")
                .description("How long the repository takes to store a batch")
                .register(registry)
                .record(took);
    }

    /**
     * Exposes the counts of spans by outcome. When no span is in flight, accepted = stored + spooled + damaged in the spool +
     * dead-lettered + rejected; a growing difference indicates a bug in llmtrace.
     */
    public void watch(SpanIngest ingest) {
        count(
                "llmtrace.ingest.accepted",
                "Spans accepted, including those that an earlier process spooled",
                ingest,
                IngestState::accepted);
        count("llmtrace.ingest.stored", "Spans durable in the repository", ingest, IngestState::stored);
        count(
                "llmtrace.ingest.deadlettered",
                "Spans that the repository refused permanently",
                ingest,
                IngestState::deadLettered);
        count("llmtrace.ingest.rejected", "Spans returned to the caller with an error", ingest, IngestState::rejected);
        gauge(
                "llmtrace.ingest.spooled",
                "Spans that wait on disk for the store",
                ingest,
                state -> state.spool().spans());
        gauge(
                "llmtrace.ingest.spool.bytes",
                "Size of the spool",
                ingest,
                state -> state.spool().bytes());
        gauge("llmtrace.ingest.spool.age.seconds", "How long the oldest span has waited", ingest, ServerMetrics::ageOf);
        gauge(
                "llmtrace.ingest.spool.damaged",
                "1 if a file of the spool could not be read completely since the start",
                ingest,
                state -> state.spool().damage().isEmpty() ? 0 : 1);
        count(
                "llmtrace.ingest.spool.damaged.spans",
                "Spans that had waited on disk and cannot be read",
                ingest,
                state -> state.spool().damagedSpans());
        gauge(
                "llmtrace.ingest.in.flight.bytes",
                "Estimated size of the requests that wait to be stored",
                ingest,
                IngestState::bytesInFlight);
    }

    /**
     * Exposes how often the store met damage.
     *
     * @param health what is known of the store; null while nothing is
     */
    public void watchDamage(Supplier<@Nullable StoreHealth> health) {
        storeHealth = health; // the registry itself would let the garbage collector have it
        FunctionCounter.builder("llmtrace.store.damage", this, metrics -> damageCount(metrics.storeHealth.get()))
                .description("Calls and background tasks of the store that met damaged data since the start")
                .register(registry);
    }

    private static long damageCount(@Nullable StoreHealth health) {
        return health == null ? 0 : Long.parseLong(health.details().getOrDefault(StoreHealth.DAMAGE_COUNT_DETAIL, "0"));
    }

    /** Exposes how much of the memory for the bodies of requests, and for the answers to them, is in use. */
    public void watch(MemoryBudget bodies, MemoryBudget answers) {
        Gauge.builder("llmtrace.request.memory.bytes", bodies, MemoryBudget::used)
                .description("Bytes of max-request-memory that requests hold")
                .register(registry);
        Gauge.builder("llmtrace.read.memory.bytes", answers, MemoryBudget::used)
                .description("Bytes of max-read-memory that answers hold")
                .register(registry);
    }

    private static double ageOf(IngestState state) {
        return state.spool().age().map(age -> age.toMillis() / 1_000.0).orElse(0.0);
    }

    private void count(String name, String description, SpanIngest ingest, ToDoubleFunction<IngestState> value) {
        FunctionCounter.builder(name, ingest, source -> value.applyAsDouble(source.state()))
                .description(description)
                .register(registry);
    }

    private void gauge(String name, String description, SpanIngest ingest, ToDoubleFunction<IngestState> value) {
        Gauge.builder(name, ingest, source -> value.applyAsDouble(source.state()))
                .description(description)
                .register(registry);
    }

    /** Returns all metrics in Prometheus's text format. */
    public HttpResponse scrape() {
        return HttpResponse.of(HttpStatus.OK, TEXT, registry.scrape());
    }

    /** Decorates a service so that every request is counted and timed. */
    public HttpService around(HttpService service) {
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
                .description("Requests and how long they take")
                .tag("method", context.method().name())
                .tag("route", basePath.strip(context.config().route().patternString()))
                .tag("status", String.valueOf(log.responseHeaders().status().code()))
                .register(registry)
                .record(log.totalDurationNanos(), TimeUnit.NANOSECONDS);
    }
}
