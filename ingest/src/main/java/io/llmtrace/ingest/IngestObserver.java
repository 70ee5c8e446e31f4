package io.llmtrace.ingest;

import java.time.Duration;

/** Observes the batches that are stored, for metrics. Must be thread-safe. */
@FunctionalInterface
public interface IngestObserver {

    /**
     * Called after each stored batch.
     *
     * @param spans number of spans in it
     * @param took how long the repository took
     */
    void stored(int spans, Duration took);
}
