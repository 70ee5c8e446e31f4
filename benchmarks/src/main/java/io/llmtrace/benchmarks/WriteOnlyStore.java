package io.llmtrace.benchmarks;

import io.llmtrace.storage.TraceQuery;
import java.util.UUID;

/** Of a baseline that takes part in the comparison of writes only. */
interface WriteOnlyStore extends Store {

    String REASON = "a baseline for writes";

    @Override
    default int page(TraceQuery query) {
        throw new UnsupportedOperationException(REASON);
    }

    @Override
    default int trace(UUID tenantId, UUID traceId) {
        throw new UnsupportedOperationException(REASON);
    }

    @Override
    default int span(UUID tenantId, UUID spanId) {
        throw new UnsupportedOperationException(REASON);
    }

    @Override
    default long stats(UUID tenantId) {
        throw new UnsupportedOperationException(REASON);
    }

    @Override
    default void settle() {}
}
