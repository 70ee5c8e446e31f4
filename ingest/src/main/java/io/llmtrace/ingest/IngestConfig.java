package io.llmtrace.ingest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How spans go into the repository.
 *
 * @param maxBatchSpans requests that wait are stored together up to so many spans
 * @param maxBatchBytes … and up to so many bytes, as an estimate; a single larger request is stored alone
 * @param linger how long a request waits for others, when none is being stored; while one is, all that come wait for its end
 *     anyway, or until they are worth a write of their own
 * @param patience after which a store that does not answer counts as away
 * @param maxBytesInFlight of requests that wait or are being stored, as an estimate; more are refused
 * @param folder of the spool and of dead letters; null for neither: then what the store does not take is the caller's again
 * @param maxSpoolBytes of the spool's files
 * @param keepFreeBytes that the spool leaves free on its disk
 * @param processors what is done to each span before it is written anywhere, in this order
 * @param failOpen whether a span that a processor fails on is stored as it came; otherwise its request is refused
 */
public record IngestConfig(
        int maxBatchSpans,
        long maxBatchBytes,
        Duration linger,
        Duration patience,
        long maxBytesInFlight,
        @Nullable Path folder,
        long maxSpoolBytes,
        long keepFreeBytes,
        List<SpanProcessor> processors,
        boolean failOpen) {

    private static final long MIB = 1 << 20;

    public IngestConfig {
        Objects.requireNonNull(linger, "linger");
        Objects.requireNonNull(patience, "patience");
        processors = List.copyOf(processors);
        requirePositive(maxBatchSpans, "batch-max-spans");
        requirePositive(maxBatchBytes, "batch-max-bytes");
        requirePositive(patience.toMillis(), "store-patience in ms");
        requirePositive(maxBytesInFlight, "max-bytes-in-flight");
        requirePositive(maxSpoolBytes, "spool-max-bytes");
        if (linger.isNegative()) {
            throw new IllegalArgumentException("linger < 0: " + linger.toMillis() + " ms");
        }
        if (keepFreeBytes < 0) {
            throw new IllegalArgumentException("keep-free-bytes < 0: " + keepFreeBytes);
        }
    }

    /** Without a spool. */
    public static IngestConfig defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    private static void requirePositive(long value, String setting) {
        if (value <= 0) {
            throw new IllegalArgumentException(setting + " <= 0: " + value);
        }
    }

    /** Builds a configuration from the defaults. */
    public static final class Builder {
        private int maxBatchSpans = 5_000;
        private long maxBatchBytes = 32 * MIB;
        private Duration linger = Duration.ZERO;
        private Duration patience = Duration.ofSeconds(5);
        private long maxBytesInFlight = Math.max(16 * MIB, Runtime.getRuntime().maxMemory() / 8);
        private @Nullable Path folder;
        private long maxSpoolBytes = 1_024 * MIB;
        private long keepFreeBytes = 256 * MIB;
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

        public IngestConfig build() {
            return new IngestConfig(
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
