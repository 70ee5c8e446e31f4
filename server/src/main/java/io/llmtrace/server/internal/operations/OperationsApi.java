package io.llmtrace.server.internal.operations;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.llmtrace.ingest.IngestState;
import io.llmtrace.ingest.SpanIngest;
import io.llmtrace.server.internal.http.Call;
import io.llmtrace.server.internal.http.Route;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.spi.OutOfMemoryErrors;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /health} and {@code /metrics}: whether the server works, and what it does. Health is answered from what is known, on the
 * event loop: neither a store that hangs nor requests that wait for it delay the answer.
 */
public final class OperationsApi implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OperationsApi.class);

    /** How long an answer waits for the store, so that it is of this moment whenever the store works. */
    private static final Duration PATIENCE = Duration.ofMillis(100);

    /** How often the store is checked if nobody asks. */
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final SpanIngest ingest;
    private final long maxSpoolBytes;
    private final ServerMetrics metrics;
    private final BackgroundCheck<StoreHealth> store;
    /** Ingest does not answer while its spool waits for a disk. */
    private final BackgroundCheck<IngestState> ingestStates;

    private final IngestState firstState;
    private final long outOfMemoryBefore = OutOfMemoryErrors.met();

    /**
     * Answers for one repository, and the ingest and metrics of one server.
     *
     * @param maxSpoolBytes the size at which the spool is full
     */
    public OperationsApi(TraceRepository repository, SpanIngest ingest, long maxSpoolBytes, ServerMetrics metrics) {
        this.ingest = ingest;
        this.maxSpoolBytes = maxSpoolBytes;
        this.metrics = metrics;
        this.firstState = ingest.state();
        this.store = new BackgroundCheck<>("llmtrace-store-check", INTERVAL, () -> check(repository));
        this.ingestStates = new BackgroundCheck<>("llmtrace-ingest-check", INTERVAL, ingest::state);
        metrics.watchDamage(() -> store.known().value());
    }

    /** Returns the routes. */
    public List<Route> routes() {
        return List.of(
                Route.immediate("/health", call -> answer(call, this::health)),
                Route.immediate("/health/live", call -> {
                    call.parameters();
                    return live();
                }),
                Route.immediate("/health/ready", call -> answer(call, this::ready)),
                Route.get("/metrics", List.of(), call -> {
                    call.parameters();
                    return metrics.scrape();
                }));
    }

    /**
     * The answer of {@code /health/live}, which a process that hangs cannot give.
     *
     * @param reason why a restart is needed; left out if none is
     */
    record Live(boolean live, @Nullable String reason) {}

    private HttpResponse live() {
        if (OutOfMemoryErrors.met() == outOfMemoryBefore) {
            return Call.json(new Live(true, null));
        }
        String reason =
                "the process ran out of memory, after which a part of it may not work: restart it, with a larger heap"
                        + " (-Xmx) if that happens again";
        return Call.json(HttpStatus.SERVICE_UNAVAILABLE, new Live(false, reason));
    }

    /**
     * The answer of {@code /health/ready}.
     *
     * @param reason why spans are not taken; left out if they are
     */
    record Ready(boolean ready, @Nullable String reason) {}

    private HttpResponse answer(Call call, Function<IngestState, HttpResponse> answer) {
        call.parameters();
        return HttpResponse.of(store.ask(PATIENCE)
                .thenCombine(ingestStates.ask(PATIENCE), (stored, state) -> lastState(state))
                .thenApply(answer));
    }

    private static StoreHealth check(TraceRepository repository) {
        try {
            return repository.check();
        } catch (RuntimeException e) {
            LOG.error("the store could not be checked", e);
            return StoreHealth.builder(StoreHealth.State.DOWN, "the store could not be checked; see the server's log")
                    .build();
        }
    }

    private IngestState lastState(BackgroundCheck.Known<IngestState> known) {
        IngestState state = known.value();
        return state == null ? firstState : state;
    }

    private HttpResponse health(IngestState state) {
        HealthReport report = HealthReport.of(store.known(), state, ingest.hasSpool());
        return Call.json(report.isDown() ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK, report);
    }

    private HttpResponse ready(IngestState state) {
        HealthReport.Storage storage = HealthReport.Storage.of(store.known());
        String spoolFull = state.spool().full();
        boolean spools =
                ingest.hasSpool() && spoolFull.isEmpty() && state.spool().bytes() < maxSpoolBytes;
        if (spools || storage.is(StoreHealth.State.OK)) {
            return Call.json(new Ready(true, null));
        }
        String reason = "store " + storage.state() + ": " + storage.message() + "; " + whyNotSpooled(spoolFull);
        return Call.json(HttpStatus.SERVICE_UNAVAILABLE, new Ready(false, reason));
    }

    private String whyNotSpooled(String spoolFull) {
        if (!ingest.hasSpool()) {
            return "there is no spool (spool-max-mb)";
        }
        return spoolFull.isEmpty() ? "the spool is full (spool-max-mb)" : spoolFull;
    }

    /** Checks the store no more. */
    @Override
    public void close() {
        store.close();
        ingestStates.close();
    }
}
