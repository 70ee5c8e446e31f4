package io.llmtrace.ingest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The implementation of a configuration. It is not public, so that a new component breaks no caller. */
record IngestConfigValues(
        int maxBatchSpans,
        long maxBatchBytes,
        Duration linger,
        Duration patience,
        long maxBytesInFlight,
        @Nullable Path folder,
        long maxSpoolBytes,
        long keepFreeBytes,
        List<SpanProcessor> processors,
        boolean failOpen)
        implements IngestConfig {

    private static final long MIB = 1 << 20;

    IngestConfigValues {
        Objects.requireNonNull(linger, "linger");
        Objects.requireNonNull(patience, "patience");
        processors = List.copyOf(processors);
        requirePositive(maxBatchSpans, "batch-max-spans");
        requirePositive(maxBatchBytes, "maxBatchBytes");
        requirePositive(patience.toMillis(), "store-patience-ms");
        requirePositive(maxBytesInFlight, "maxBytesInFlight");
        if (maxSpoolBytes <= 0) {
            throw new IllegalArgumentException("spool-max-mb <= 0: " + maxSpoolBytes / MIB);
        }
        if (linger.isNegative()) {
            throw new IllegalArgumentException("linger-ms < 0: " + linger.toMillis());
        }
        if (keepFreeBytes < 0) {
            throw new IllegalArgumentException("keepFreeBytes < 0: " + keepFreeBytes);
        }
    }

    private static void requirePositive(long value, String setting) {
        if (value <= 0) {
            throw new IllegalArgumentException(setting + " <= 0: " + value);
        }
    }
}
