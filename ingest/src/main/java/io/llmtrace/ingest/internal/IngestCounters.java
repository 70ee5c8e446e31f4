package io.llmtrace.ingest.internal;

import java.util.concurrent.atomic.AtomicLong;

/** Counts the spans since the start by outcome, for {@code IngestState}. Thread-safe. */
public final class IngestCounters {

    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong stored = new AtomicLong();
    private final AtomicLong deadLettered = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();

    public void addAccepted(long spans) {
        accepted.addAndGet(spans);
    }

    void addStored(long spans) {
        stored.addAndGet(spans);
    }

    void addDeadLettered(long spans) {
        deadLettered.addAndGet(spans);
    }

    void addRejected(long spans) {
        rejected.addAndGet(spans);
    }

    public long accepted() {
        return accepted.get();
    }

    public long stored() {
        return stored.get();
    }

    public long deadLettered() {
        return deadLettered.get();
    }

    public long rejected() {
        return rejected.get();
    }
}
