package io.llmtrace.ingest;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The content of the spool: what waits on disk for the store. */
public sealed interface SpoolState permits SpoolStateValues {

    /** Returns the number of requests. */
    long submissions();

    /** Returns the number of spans, and of separate events. */
    long spans();

    /** Returns the size of the spool's files. */
    long bytes();

    /** Returns when the request that has waited longest arrived; null if none waits. */
    @Nullable
    Instant oldest();

    /** Returns why the last requests were refused, if there is still no room for them; empty otherwise. */
    String full();

    /** Returns which of its files could not be read completely, and what was kept, since the start; empty if all could be read. */
    String damage();

    /** Returns the number of spans that could not be read, of those that had been counted as waiting. */
    long damagedSpans();

    /** Returns how long the oldest request has waited; empty if none waits. Never negative, even if the clock was set back. */
    default Optional<Duration> age() {
        return Optional.ofNullable(oldest())
                .map(since -> Duration.between(since, Instant.now()))
                .map(age -> age.isNegative() ? Duration.ZERO : age);
    }
}
