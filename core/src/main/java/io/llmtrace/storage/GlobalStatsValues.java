package io.llmtrace.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The implementation of the size across all tenants. It is not public, so that a new component breaks no caller. */
record GlobalStatsValues(
        long tenants,
        long totalTraces,
        long totalSpans,
        long storageSizeBytes,
        @Nullable Instant oldestTrace,
        @Nullable Instant newestTrace)
        implements GlobalStats {}
