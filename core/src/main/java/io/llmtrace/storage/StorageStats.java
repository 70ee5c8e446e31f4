package io.llmtrace.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The size of a store for one tenant. */
public sealed interface StorageStats permits StorageStatsValues {

    /** The size for a tenant without traces. */
    StorageStats EMPTY = builder().build();

    /** Returns the exact number of traces, including those without spans. */
    long totalTraces();

    /** Returns the exact number of spans. */
    long totalSpans();

    /** Returns the bytes on disk; if tenants share files, the tenant's share as the backend's README defines it. */
    long storageSizeBytes();

    /** Returns the earliest {@code created_at}; null if there is no trace. */
    @Nullable
    Instant oldestTrace();

    /** Returns the latest {@code created_at}; null if there is no trace. */
    @Nullable
    Instant newestTrace();

    /** Returns a builder that begins with the size for a tenant without traces. */
    static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with all values of this size. */
    Builder toBuilder();

    /** Builds the size of a store. A value that is not set is null or zero. */
    final class Builder {
        private long totalTraces;
        private long totalSpans;
        private long storageSizeBytes;
        private @Nullable Instant oldestTrace;
        private @Nullable Instant newestTrace;

        private Builder() {}

        public Builder totalTraces(long value) {
            this.totalTraces = value;
            return this;
        }

        public Builder totalSpans(long value) {
            this.totalSpans = value;
            return this;
        }

        public Builder storageSizeBytes(long value) {
            this.storageSizeBytes = value;
            return this;
        }

        public Builder oldestTrace(@Nullable Instant value) {
            this.oldestTrace = value;
            return this;
        }

        public Builder newestTrace(@Nullable Instant value) {
            this.newestTrace = value;
            return this;
        }

        /** Builds the size. */
        public StorageStats build() {
            return new StorageStatsValues(totalTraces, totalSpans, storageSizeBytes, oldestTrace, newestTrace);
        }
    }
}
