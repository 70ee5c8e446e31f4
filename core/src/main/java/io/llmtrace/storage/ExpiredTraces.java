package io.llmtrace.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The traces of a tenant that a {@link RetentionRule} would delete. */
public sealed interface ExpiredTraces permits ExpiredTracesValues {

    /** No traces. */
    ExpiredTraces NONE = builder().build();

    /** Returns the exact number of traces. */
    long traces();

    /** Returns the exact number of their spans. */
    long spans();

    /** Returns the earliest {@code created_at} among them; null if there is no trace. */
    @Nullable
    Instant oldestTrace();

    /** Returns the latest {@code created_at} among them; null if there is no trace. */
    @Nullable
    Instant newestTrace();

    /** Returns a builder that begins without traces. */
    static Builder builder() {
        return new Builder();
    }

    /** Builds the counts. A value that is not set is null or zero. */
    final class Builder {
        private long traces;
        private long spans;
        private @Nullable Instant oldestTrace;
        private @Nullable Instant newestTrace;

        private Builder() {}

        public Builder traces(long value) {
            this.traces = value;
            return this;
        }

        public Builder spans(long value) {
            this.spans = value;
            return this;
        }

        public Builder oldestTrace(@Nullable Instant value) {
            this.oldestTrace = value;
            return this;
        }

        public Builder newestTrace(@Nullable Instant value) {
            this.newestTrace = value;
            return this;
        }

        /** Builds the counts. */
        public ExpiredTraces build() {
            return new ExpiredTracesValues(traces, spans, oldestTrace, newestTrace);
        }
    }
}
