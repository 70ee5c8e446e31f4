package io.llmtrace.benchmarks.contenders;

import io.llmtrace.storage.TraceQuery;
import java.util.UUID;

/** The store of a baseline for writes, which does not support reads. */
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
