package io.llmtrace.benchmarks;

import io.llmtrace.model.TraceSpan;
import java.util.List;
import java.util.UUID;

/** What is measured of a contender. */
interface Store extends AutoCloseable {

    /** Returns when the spans are on disk. */
    void write(List<TraceSpan> batch);

    /** The newest traces, each with what a list shows of it. @return how many traces */
    int page(UUID tenantId, int limit);

    /** All spans of a trace, read in full. @return how many spans */
    int trace(UUID tenantId, UUID traceId);

    /** What is stored for a tenant. @return how many spans */
    long stats(UUID tenantId);

    /** Waits for work that goes on behind acknowledged writes, if there is such. */
    void settle();

    /** Leaves files that another process can open, without anything left to do. */
    @Override
    void close();
}
