package io.llmtrace.storage.analytics;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How many traces of a list there are over time, in buckets as those of a {@link Timeline}. */
public sealed interface TraceTimeline permits TraceTimelineValues {

    /** Returns the start of the first bucket; null if no trace was found and the query leaves an end of the time open. */
    @Nullable
    Instant start();

    /** Returns the exclusive end of the last bucket; null if {@link #start()} is. */
    @Nullable
    Instant end();

    /** Returns the width of a bucket in milliseconds; null if {@link #start()} is. */
    @Nullable
    Long bucketMs();

    /** Returns the number of all traces. */
    long traces();

    /** Returns how many of them have a span that failed. */
    long errors();

    /** Returns the buckets with traces, in the order of time. */
    List<Bucket> buckets();

    /** Returns a builder without start, end and buckets. */
    static Builder builder() {
        return new Builder();
    }

    /** Builds a timeline. A value that is not set is null, zero or empty. */
    final class Builder {
        private @Nullable Instant start;
        private @Nullable Instant end;
        private @Nullable Long bucketMs;
        private List<Bucket> buckets = List.of();

        private Builder() {}

        public Builder start(@Nullable Instant value) {
            this.start = value;
            return this;
        }

        public Builder end(@Nullable Instant value) {
            this.end = value;
            return this;
        }

        public Builder bucketMs(@Nullable Long value) {
            this.bucketMs = value;
            return this;
        }

        public Builder buckets(List<Bucket> value) {
            this.buckets = Objects.requireNonNull(value, "buckets");
            return this;
        }

        /** Builds the timeline, whose counts are the sums over its buckets. */
        public TraceTimeline build() {
            long traces = buckets.stream().mapToLong(Bucket::traces).sum();
            long errors = buckets.stream().mapToLong(Bucket::errors).sum();
            return new TraceTimelineValues(start, end, bucketMs, traces, errors, buckets);
        }
    }

    /** The traces in one bucket. */
    sealed interface Bucket permits TraceTimelineValues.BucketValues {

        /** Returns the start of the bucket. */
        Instant time();

        /** Returns the number of traces, at least 1. */
        long traces();

        /** Returns how many of them have a span that failed. */
        long errors();

        /** Returns a bucket. */
        static Bucket of(Instant time, long traces, long errors) {
            return new TraceTimelineValues.BucketValues(time, traces, errors);
        }
    }
}
