package io.llmtrace.ingest;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The implementation of the content of the spool. It is not public, so that a new component breaks no caller. */
record SpoolStateValues(
        long submissions,
        long spans,
        long bytes,
        @Nullable Instant oldest,
        String full,
        String damage,
        long damagedSpans)
        implements SpoolState {

    static final SpoolState EMPTY = new SpoolStateValues(0, 0, 0, null, "", "", 0);
}
