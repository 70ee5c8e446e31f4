package io.llmtrace.storage.spi;

import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.TraceTimeline;
import java.util.ArrayList;
import java.util.List;

/** Builds a timeline of traces: each is counted in the bucket of its time. Not thread-safe. */
public final class TraceTimelineCounts {

    private final TimeScale scale;
    private final long[] traces;
    private final long[] errors;

    /** Starts a timeline without traces. */
    public TraceTimelineCounts(TimeScale scale) {
        this.scale = scale;
        int buckets = (int) (scale.last() - scale.first()) + 1;
        this.traces = new long[buckets];
        this.errors = new long[buckets];
    }

    /** Returns the timeline of a query that selects no trace. */
    public static TraceTimeline none(TraceQuery query, int buckets) {
        return query.startTime() == null || query.endTime() == null
                ? TraceTimeline.builder().build()
                : new TraceTimelineCounts(TimeScale.of(query.startTime(), query.endTime(), buckets)).timeline();
    }

    /**
     * Counts traces.
     *
     * @param nanos a time in their bucket, in nanoseconds since 1970, within the scale
     * @param failed how many of them have a span that failed
     */
    public void add(long nanos, long count, long failed) {
        int bucket = (int) (scale.bucketOf(nanos) - scale.first());
        traces[bucket] += count;
        errors[bucket] += failed;
    }

    /** Returns the timeline of the traces that were counted, without empty buckets. */
    public TraceTimeline timeline() {
        List<TraceTimeline.Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < traces.length; i++) {
            if (traces[i] > 0) {
                buckets.add(TraceTimeline.Bucket.of(scale.startOf(scale.first() + i), traces[i], errors[i]));
            }
        }
        return TraceTimeline.builder()
                .start(scale.start())
                .end(scale.end())
                .bucketMs(scale.widthMs())
                .buckets(buckets)
                .build();
    }
}
