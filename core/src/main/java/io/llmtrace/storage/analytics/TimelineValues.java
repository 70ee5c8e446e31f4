package io.llmtrace.storage.analytics;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The implementation of a timeline. It is not public, so that a new component breaks no caller. */
record TimelineValues(
        @Nullable Instant start,
        @Nullable Instant end,
        @Nullable Long bucketMs,
        Measures total,
        List<Group> groups) implements Timeline {

    TimelineValues {
        groups = List.copyOf(groups);
    }

    /** The implementation of a group. */
    record GroupValues(@Nullable String value, boolean other, Measures total, List<Bucket> buckets) implements Group {

        GroupValues {
            buckets = List.copyOf(buckets);
        }
    }

    /** The implementation of a bucket. */
    record BucketValues(Instant time, Measures measures) implements Bucket {}
}
