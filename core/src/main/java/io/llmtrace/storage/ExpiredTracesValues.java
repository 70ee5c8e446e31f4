package io.llmtrace.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The implementation of the counts. It is not public, so that a new component breaks no caller. */
record ExpiredTracesValues(
        long traces,
        long spans,
        @Nullable Instant oldestTrace,
        @Nullable Instant newestTrace) implements ExpiredTraces {}
