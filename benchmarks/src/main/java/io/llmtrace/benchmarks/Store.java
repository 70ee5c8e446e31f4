package io.llmtrace.benchmarks;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What is measured of a contender. */
interface Store extends AutoCloseable {

    /** Makes ready, before a clock runs, what a contender gets for nothing when these batches are written. */
    default void prepare(List<List<TraceSpan>> batches) {}

    /** Returns when the spans are stored as durably as this contender does it; from several threads if its writes may be. */
    void write(List<TraceSpan> batch);

    /** The newest traces that the query finds, each with what a list shows of it. @return how many traces */
    int page(TraceQuery query);

    /** All spans of a trace, read in full. @return how many spans */
    int trace(UUID tenantId, UUID traceId);

    /** A span, read in full, by its id alone. @return how many spans */
    int span(UUID tenantId, UUID spanId);

    /** What is stored for a tenant. @return how many spans */
    long stats(UUID tenantId);

    /** What else the store has taken for the prepared writes; nothing where that cannot be told. */
    default Map<Figure, Double> usage() {
        return Map.of();
    }

    /** Waits for work that goes on behind acknowledged writes, if there is such. */
    void settle();

    /** Leaves what another process can open, without anything left to do. */
    @Override
    void close();
}
