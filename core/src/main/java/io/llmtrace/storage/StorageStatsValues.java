package io.llmtrace.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The implementation of the size for a tenant. It is not public, so that a new component breaks no caller. */
record StorageStatsValues(
        long totalTraces,
        long totalSpans,
        long storageSizeBytes,
        @Nullable Instant oldestTrace,
        @Nullable Instant newestTrace)
        implements StorageStats {

    // Not a default method of the interface: its constant is of this class, and each would then initialize the other.
    @Override
    public Builder toBuilder() {
        return StorageStats.builder()
                .totalTraces(totalTraces())
                .totalSpans(totalSpans())
                .storageSizeBytes(storageSizeBytes())
                .oldestTrace(oldestTrace())
                .newestTrace(newestTrace());
    }
}
