package io.llmtrace.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a store holds for one tenant.
 *
 * @param totalTraces exact, traces without spans included
 * @param totalSpans exact
 * @param storageSizeBytes bytes on disk; where tenants share files, the tenant's share of them as the backend's README says
 * @param oldestTrace the earliest {@code created_at}; null if there is no trace
 * @param newestTrace the latest {@code created_at}; null if there is no trace
 */
public record StorageStats(
        long totalTraces,
        long totalSpans,
        long storageSizeBytes,
        @Nullable Instant oldestTrace,
        @Nullable Instant newestTrace) {

    /** Of a tenant that the store has never seen. */
    public static final StorageStats EMPTY = new StorageStats(0, 0, 0, null, null);
}
