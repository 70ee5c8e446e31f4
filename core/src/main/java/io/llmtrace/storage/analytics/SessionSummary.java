package io.llmtrace.storage.analytics;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The summary of one session, such as a conversation. */
public sealed interface SessionSummary permits SessionSummaryValues {

    /** Returns the id of the session. */
    String sessionId();

    /** Returns the user of the earliest span that has one; null if none has. */
    @Nullable
    String userId();

    /** Returns the start of the earliest span. */
    Instant firstTime();

    /** Returns the start of the latest span. */
    Instant lastTime();

    /** Returns the number of traces with a span of the session. */
    long traces();

    /** Returns the aggregates of the spans. */
    Measures measures();

    /** Returns a builder without a user and with zero traces. */
    static Builder builder(String sessionId, Instant firstTime, Instant lastTime, Measures measures) {
        return new Builder(sessionId, firstTime, lastTime, measures);
    }

    /** Builds the summary. A value that is not set is null or zero. */
    final class Builder {
        private final String sessionId;
        private final Instant firstTime;
        private final Instant lastTime;
        private final Measures measures;
        private @Nullable String userId;
        private long traces;

        private Builder(String sessionId, Instant firstTime, Instant lastTime, Measures measures) {
            this.sessionId = Objects.requireNonNull(sessionId, "sessionId");
            this.firstTime = Objects.requireNonNull(firstTime, "firstTime");
            this.lastTime = Objects.requireNonNull(lastTime, "lastTime");
            this.measures = Objects.requireNonNull(measures, "measures");
        }

        public Builder userId(@Nullable String value) {
            this.userId = value;
            return this;
        }

        public Builder traces(long value) {
            this.traces = value;
            return this;
        }

        /** Builds the summary. */
        public SessionSummary build() {
            return new SessionSummaryValues(sessionId, userId, firstTime, lastTime, traces, measures);
        }
    }
}
