package io.llmtrace.ingest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the way of spans into the repository. Where the command line has a setting for one of them, messages name that, in
 * its unit: {@code spool-max-mb} for {@code maxSpoolBytes}.
 */
public sealed interface IngestConfig permits IngestConfigValues {

    /** The default of {@code batch-max-spans}. */
    int DEFAULT_MAX_BATCH_SPANS = 5_000;

    /** The default of {@code linger-ms}: none, since everything that arrives during a write forms one batch anyway. */
    Duration DEFAULT_LINGER = Duration.ZERO;

    /** The default of {@code store-patience-ms}: 5 s. */
    Duration DEFAULT_PATIENCE = Duration.ofSeconds(5);

    /** The default of {@code spool-max-mb}: 1 GiB. */
    long DEFAULT_MAX_SPOOL_BYTES = 1L << 30;

    /** The default of {@code maxBytesInFlight}: an eighth of this process's heap, but at least 16 MiB. */
    long DEFAULT_MAX_BYTES_IN_FLIGHT = Math.max(16L << 20, Runtime.getRuntime().maxMemory() / 8);

    /** Returns the number of spans up to which waiting requests are stored together. */
    int maxBatchSpans();

    /**
     * Returns the estimate of bytes up to which waiting requests are stored together; a single larger request is stored alone.
     */
    long maxBatchBytes();

    /**
     * Returns how long a request waits for others while no batch is being stored; while one is, requests wait for its end anyway,
     * or until they are worth a write of their own.
     */
    Duration linger();

    /** Returns how long the store may take to answer before it counts as unavailable. */
    Duration patience();

    /** Returns the limit of the estimated bytes of all requests that wait or are being stored; more are refused. */
    long maxBytesInFlight();

    /** Returns the folder for the spool and the dead letters; null for neither, so that callers get the failures of the store. */
    @Nullable
    Path folder();

    /** Returns the limit of all files of the spool together. */
    long maxSpoolBytes();

    /** Returns how many bytes the spool leaves free on its disk. */
    long keepFreeBytes();

    /** Returns what is applied to each span before it is written anywhere, in this order. */
    List<SpanProcessor> processors();

    /** Returns whether a span on which a processor fails is stored unprocessed; otherwise its request is refused. */
    boolean failOpen();

    /** Returns the default settings, which have no folder and so no spool. */
    static IngestConfig defaults() {
        return builder().build();
    }

    /** Returns a builder that begins with the defaults. */
    static Builder builder() {
        return new Builder();
    }

    /** Builds a configuration; what is not set keeps its default. */
    final class Builder {
        private int maxBatchSpans = DEFAULT_MAX_BATCH_SPANS;
        private long maxBatchBytes = 32L << 20;
        private Duration linger = DEFAULT_LINGER;
        private Duration patience = DEFAULT_PATIENCE;
        private long maxBytesInFlight = DEFAULT_MAX_BYTES_IN_FLIGHT;
        private @Nullable Path folder;
        private long maxSpoolBytes = DEFAULT_MAX_SPOOL_BYTES;
        private long keepFreeBytes = 256L << 20;
        private List<SpanProcessor> processors = List.of();
        private boolean failOpen;

        private Builder() {}

        public Builder maxBatchSpans(int value) {
            this.maxBatchSpans = value;
            return this;
        }

        public Builder maxBatchBytes(long value) {
            this.maxBatchBytes = value;
            return this;
        }

        public Builder linger(Duration value) {
            this.linger = value;
            return this;
        }

        public Builder patience(Duration value) {
            this.patience = value;
            return this;
        }

        public Builder maxBytesInFlight(long value) {
            this.maxBytesInFlight = value;
            return this;
        }

        public Builder folder(@Nullable Path value) {
            this.folder = value;
            return this;
        }

        public Builder maxSpoolBytes(long value) {
            this.maxSpoolBytes = value;
            return this;
        }

        public Builder keepFreeBytes(long value) {
            this.keepFreeBytes = value;
            return this;
        }

        public Builder processors(List<SpanProcessor> value) {
            this.processors = value;
            return this;
        }

        public Builder failOpen(boolean value) {
            this.failOpen = value;
            return this;
        }

        /**
         * Returns the configuration.
         *
         * @throws IllegalArgumentException naming the setting that is out of range, and its value
         */
        public IngestConfig build() {
            return new IngestConfigValues(
                    maxBatchSpans,
                    maxBatchBytes,
                    linger,
                    patience,
                    maxBytesInFlight,
                    folder,
                    maxSpoolBytes,
                    keepFreeBytes,
                    processors,
                    failOpen);
        }
    }
}
