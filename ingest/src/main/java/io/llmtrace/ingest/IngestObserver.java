package io.llmtrace.ingest;

import java.time.Duration;

/** Is told of each batch that has been stored, for metrics. Thread-safe. */
@FunctionalInterface
public interface IngestObserver {

    /** @param took in the repository */
    void stored(int spans, Duration took);
}
