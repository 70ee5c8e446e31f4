package io.llmtrace.benchmarks.contenders;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** An open store of a contender, with the calls that are measured. */
public interface Store extends AutoCloseable {

    /** Prepares these batches before the clock starts, so that the preparation is not measured. */
    default void prepare(List<List<TraceSpan>> batches) {}

    /** Stores the batch as durably as the contender can, then returns. Thread-safe where writes are measured with threads. */
    void write(List<TraceSpan> batch);

    /** Reads the newest traces that match, with the data that a list shows, and returns their number. */
    int page(TraceQuery query);

    /** Reads all spans of a trace in full, and returns their number. */
    int trace(UUID tenantId, UUID traceId);

    /** Reads a span in full by its span id alone, and returns the number of spans found. */
    int span(UUID tenantId, UUID spanId);

    /** Computes the statistics of a tenant, and returns its number of spans. */
    long stats(UUID tenantId);

    /** Returns further metrics of the prepared writes, or none where they cannot be measured. */
    default Map<Metric, Double> usage() {
        return Map.of();
    }

    /** Waits for work that the store still does after acknowledging writes. */
    void settle();

    /** Closes the store so that another process can open it with no work left over. */
    @Override
    void close();
}
