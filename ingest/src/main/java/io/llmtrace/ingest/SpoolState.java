package io.llmtrace.ingest;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What waits on disk for the store.
 *
 * @param submissions requests
 * @param spans spans, and events that came apart from theirs
 * @param bytes of the files
 * @param oldest when the one that waits longest was taken; null if none waits
 */
public record SpoolState(
        long submissions, long spans, long bytes, @Nullable Instant oldest) {

    static final SpoolState EMPTY = new SpoolState(0, 0, 0, null);

    /** For how long the oldest waits; empty if none does. Never negative, though clocks are set back. */
    public Optional<Duration> age() {
        return Optional.ofNullable(oldest)
                .map(since -> Duration.between(since, Instant.now()))
                .map(age -> age.isNegative() ? Duration.ZERO : age);
    }
}
