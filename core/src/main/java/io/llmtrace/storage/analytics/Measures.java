package io.llmtrace.storage.analytics;

import org.jspecify.annotations.Nullable;

/** The aggregates of a set of spans; {@link TraceAnalytics} says which spans count for tokens and cost. */
public sealed interface Measures permits MeasuresValues {

    /** The measures of an empty set of spans. */
    Measures NONE = builder().build();

    /** Returns the number of spans. */
    long spans();

    /** Returns the number of spans with the status error. */
    long errors();

    /** Returns the sum of the input tokens; null if no span reports them. */
    @Nullable
    Long promptTokens();

    /** Returns the sum of the output tokens; null if no span reports them. */
    @Nullable
    Long completionTokens();

    /** Returns the sum of all tokens; null if no span reports them. */
    @Nullable
    Long totalTokens();

    /** Returns the sum of the cost in US dollars; null if no span reports one. */
    @Nullable
    Double costUsd();

    /** Returns the percentiles of the durations in milliseconds; null if no span has a duration. */
    @Nullable
    Percentiles durationMs();

    /** Returns a builder that begins with the measures of an empty set of spans. */
    static Builder builder() {
        return new Builder();
    }

    /** Builds the measures. A value that is not set is null or zero. */
    final class Builder {
        private long spans;
        private long errors;
        private @Nullable Long promptTokens;
        private @Nullable Long completionTokens;
        private @Nullable Long totalTokens;
        private @Nullable Double costUsd;
        private @Nullable Percentiles durationMs;

        private Builder() {}

        public Builder spans(long value) {
            this.spans = value;
            return this;
        }

        public Builder errors(long value) {
            this.errors = value;
            return this;
        }

        public Builder promptTokens(@Nullable Long value) {
            this.promptTokens = value;
            return this;
        }

        public Builder completionTokens(@Nullable Long value) {
            this.completionTokens = value;
            return this;
        }

        public Builder totalTokens(@Nullable Long value) {
            this.totalTokens = value;
            return this;
        }

        public Builder costUsd(@Nullable Double value) {
            this.costUsd = value;
            return this;
        }

        public Builder durationMs(@Nullable Percentiles value) {
            this.durationMs = value;
            return this;
        }

        /** Builds the measures. */
        public Measures build() {
            return new MeasuresValues(spans, errors, promptTokens, completionTokens, totalTokens, costUsd, durationMs);
        }
    }
}
