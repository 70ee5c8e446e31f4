package io.llmtrace.storage.analytics;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The implementation of a timeline of traces. It is not public, so that a new component breaks no caller. */
record TraceTimelineValues(
        @Nullable Instant start,
        @Nullable Instant end,
        @Nullable Long bucketMs,
        long traces,
        long errors,
        List<Bucket> buckets)
        implements TraceTimeline {

    TraceTimelineValues {
        buckets = List.copyOf(buckets);
    }

    /** The implementation of a bucket. */
    record BucketValues(Instant time, long traces, long errors) implements Bucket {}
}
