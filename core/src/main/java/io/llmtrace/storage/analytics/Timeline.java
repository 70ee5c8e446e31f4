package io.llmtrace.storage.analytics;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The measures of spans by the time of their start, in buckets of equal width.
 *
 * <pre>
 *   start                                       end
 *     |  bucket  |  bucket  |    …    |  bucket  |      each bucketMs wide, aligned to multiples of it since 1970 in UTC
 * </pre>
 */
public sealed interface Timeline permits TimelineValues {

    /** Returns the start of the first bucket; null if no span was found and the query leaves an end of the time open. */
    @Nullable
    Instant start();

    /** Returns the exclusive end of the last bucket; null if {@link #start()} is. */
    @Nullable
    Instant end();

    /** Returns the width of a bucket in milliseconds; null if {@link #start()} is. */
    @Nullable
    Long bucketMs();

    /** Returns the measures of all spans. */
    Measures total();

    /** Returns the groups with the most spans first, that of all other values last; empty if no span was found. */
    List<Group> groups();

    /** Returns a builder without start, end and groups. */
    static Builder builder(Measures total) {
        return new Builder(total);
    }

    /** Builds a timeline. A value that is not set is null or empty. */
    final class Builder {
        private final Measures total;
        private @Nullable Instant start;
        private @Nullable Instant end;
        private @Nullable Long bucketMs;
        private List<Group> groups = List.of();

        private Builder(Measures total) {
            this.total = Objects.requireNonNull(total, "total");
        }

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

        public Builder groups(List<Group> value) {
            this.groups = Objects.requireNonNull(value, "groups");
            return this;
        }

        /** Builds the timeline. */
        public Timeline build() {
            return new TimelineValues(start, end, bucketMs, total, groups);
        }
    }

    /** The spans with one value of the field that groups them. */
    sealed interface Group permits TimelineValues.GroupValues {

        /**
         * Returns the value; null for spans without one, for the group of all other values, and for the only group if there is no such
         * field.
         */
        @Nullable
        String value();

        /** Returns whether this group has the spans of all values without a group of their own. */
        boolean other();

        /** Returns the measures of all spans of the group. */
        Measures total();

        /** Returns the buckets with spans, in the order of time. */
        List<Bucket> buckets();

        /** Returns a builder of a group of spans without a value, which is not that of all other values, without buckets. */
        static Builder builder(Measures total) {
            return new Builder(total);
        }

        /** Builds a group. A value that is not set is null, false or empty. */
        final class Builder {
            private final Measures total;
            private @Nullable String value;
            private boolean other;
            private List<Bucket> buckets = List.of();

            private Builder(Measures total) {
                this.total = Objects.requireNonNull(total, "total");
            }

            public Builder value(@Nullable String value) {
                this.value = value;
                return this;
            }

            public Builder other(boolean value) {
                this.other = value;
                return this;
            }

            public Builder buckets(List<Bucket> value) {
                this.buckets = Objects.requireNonNull(value, "buckets");
                return this;
            }

            /** Builds the group. */
            public Group build() {
                return new TimelineValues.GroupValues(value, other, total, buckets);
            }
        }
    }

    /** The spans of a group in one bucket. */
    sealed interface Bucket permits TimelineValues.BucketValues {

        /** Returns the start of the bucket. */
        Instant time();

        /** Returns the measures of the spans. */
        Measures measures();

        /** Returns a bucket. */
        static Bucket of(Instant time, Measures measures) {
            return new TimelineValues.BucketValues(time, measures);
        }
    }
}
