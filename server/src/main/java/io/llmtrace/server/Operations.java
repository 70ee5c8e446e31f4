package io.llmtrace.server;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceRepository;
import java.util.List;

/** What operators ask: is it well, and what does it do. */
final class Operations {

    private final TraceRepository repository;
    private final ServerMetrics metrics;

    Operations(TraceRepository repository, ServerMetrics metrics) {
        this.repository = repository;
        this.metrics = metrics;
    }

    List<Route> routes() {
        return List.of(Route.get("/health", List.of(), this::health), Route.get("/metrics", List.of(), call -> {
            call.parameters();
            return metrics.scrape();
        }));
    }

    /** How the server is; its state is that of its store. */
    record Health(StoreHealth.State status, StoreHealth storage) {}

    private HttpResponse health(Call call) {
        call.parameters();
        StoreHealth storage = repository.check();
        HttpStatus status = storage.state() == StoreHealth.State.DOWN ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK;
        return Call.json(status, new Health(storage.state(), storage));
    }
}
