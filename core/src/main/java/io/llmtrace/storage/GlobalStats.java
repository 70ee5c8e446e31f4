package io.llmtrace.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The size of a store across all tenants. It is meant for operators, not for tenants. */
public sealed interface GlobalStats permits GlobalStatsValues {

    /** Returns the number of tenants with at least one trace. */
    long tenants();

    /** Returns the exact number of traces, including those without spans. */
    long totalTraces();

    /** Returns the exact number of spans. */
    long totalSpans();

    /** Returns the bytes that the store occupies on disk. */
    long storageSizeBytes();

    /** Returns the earliest {@code created_at}; null if there is no trace. */
    @Nullable
    Instant oldestTrace();

    /** Returns the latest {@code created_at}; null if there is no trace. */
    @Nullable
    Instant newestTrace();

    /** Returns a builder that begins with the size of an empty store. */
    static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with all values of this size. */
    default Builder toBuilder() {
        return builder()
                .tenants(tenants())
                .totalTraces(totalTraces())
                .totalSpans(totalSpans())
                .storageSizeBytes(storageSizeBytes())
                .oldestTrace(oldestTrace())
                .newestTrace(newestTrace());
    }

    /** Builds the size of a store. A value that is not set is null or zero. */
    final class Builder {
        private long tenants;
        private long totalTraces;
        private long totalSpans;
        private long storageSizeBytes;
        private @Nullable Instant oldestTrace;
        private @Nullable Instant newestTrace;

        private Builder() {}

        public Builder tenants(long value) {
            this.tenants = value;
            return this;
        }

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
        public GlobalStats build() {
            return new GlobalStatsValues(tenants, totalTraces, totalSpans, storageSizeBytes, oldestTrace, newestTrace);
        }
    }
}
