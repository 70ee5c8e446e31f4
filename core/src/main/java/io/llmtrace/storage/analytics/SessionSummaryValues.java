package io.llmtrace.storage.analytics;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The implementation of a session. It is not public, so that a new component breaks no caller. */
record SessionSummaryValues(
        String sessionId, @Nullable String userId, Instant firstTime, Instant lastTime, long traces, Measures measures)
        implements SessionSummary {}
