package io.llmtrace.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a store holds for all tenants together. For operators only: it is no answer to a tenant.
 *
 * @param tenants that hold at least one trace
 * @param storageSizeBytes all bytes that the store takes on disk
 */
public record GlobalStats(
        long tenants,
        long totalTraces,
        long totalSpans,
        long storageSizeBytes,
        @Nullable Instant oldestTrace,
        @Nullable Instant newestTrace) {}
