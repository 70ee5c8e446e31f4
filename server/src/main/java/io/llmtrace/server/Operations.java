package io.llmtrace.server;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.llmtrace.ingest.IngestState;
import io.llmtrace.ingest.SpanIngest;
import io.llmtrace.ingest.SpoolState;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceRepository;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What operators ask: is it well, and what does it do. */
final class Operations {

    private final TraceRepository repository;
    private final SpanIngest ingest;
    private final ServerMetrics metrics;

    Operations(TraceRepository repository, SpanIngest ingest, ServerMetrics metrics) {
        this.repository = repository;
        this.ingest = ingest;
        this.metrics = metrics;
    }

    List<Route> routes() {
        return List.of(Route.get("/health", List.of(), this::health), Route.get("/metrics", List.of(), call -> {
            call.parameters();
            return metrics.scrape();
        }));
    }

    /** How the server is. */
    enum Status {
        /** It reads and writes. */
        OK,
        /** Spans are taken, and wait on disk for the store; or nothing is taken, but reads work. */
        DEGRADED,
        /** Nothing works. */
        DOWN;

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param oldestAgeSeconds of what waits longest; left out when nothing waits */
    record Spool(long spans, long bytes, @Nullable Long oldestAgeSeconds) {
        static Spool of(SpoolState state) {
            return new Spool(
                    state.spans(),
                    state.bytes(),
                    state.age().map(Duration::toSeconds).orElse(null));
        }
    }

    /**
     * How the server ({@link Status}), its store and its spool are.
     *
     * @param writeFailure why the store did not take the last spans; left out if it did
     */
    record Health(
            String status, StoreHealth storage, @Nullable String writeFailure, Spool spool) {}

    private HttpResponse health(Call call) {
        call.parameters();
        StoreHealth storage = repository.check();
        IngestState state = ingest.state();
        Status status = statusOf(storage, state);
        return Call.json(
                status == Status.DOWN ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK,
                new Health(
                        status.text(),
                        storage,
                        state.storeFailure().isEmpty() ? null : state.storeFailure(),
                        Spool.of(state.spool())));
    }

    private Status statusOf(StoreHealth storage, IngestState state) {
        if (storage.state() == StoreHealth.State.OK) {
            return state.spool().spans() == 0 && state.storeFailure().isEmpty() ? Status.OK : Status.DEGRADED;
        }
        return storage.state() == StoreHealth.State.READ_ONLY || ingest.hasSpool() ? Status.DEGRADED : Status.DOWN;
    }
}
