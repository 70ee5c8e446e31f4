package io.llmtrace.ingest;

import java.util.concurrent.atomic.AtomicLong;

/** What {@link IngestState} says. */
final class IngestCounters {

    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong stored = new AtomicLong();
    private final AtomicLong deadLettered = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();

    void accepted(long spans) {
        accepted.addAndGet(spans);
    }

    void stored(long spans) {
        stored.addAndGet(spans);
    }

    void deadLettered(long spans) {
        deadLettered.addAndGet(spans);
    }

    void rejected(long spans) {
        rejected.addAndGet(spans);
    }

    IngestState state(long bytesInFlight, SpoolState spool, String storeFailure) {
        return new IngestState(
                accepted.get(), stored.get(), deadLettered.get(), rejected.get(), bytesInFlight, spool, storeFailure);
    }
}
