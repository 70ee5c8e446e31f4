package io.llmtrace.storage.analytics;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one session.
 *
 * @param userId of the earliest of them that has one
 * @param firstTime when the earliest starts
 * @param lastTime when the latest starts
 * @param traces in which they are
 */
public record SessionSummary(
        String sessionId,
        @Nullable String userId,
        Instant firstTime,
        Instant lastTime,
        long traces,
        Measures measures) {}
