package io.llmtrace.storage.spi;

import io.llmtrace.storage.analytics.Timeline;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds a timeline from spans: each is added to the sums of its group and bucket. Not thread-safe. */
public final class TimelineSums {

    private final TimeScale scale;
    private final List<@Nullable String> values;
    private final @Nullable MeasureSums[][] cells;

    /**
     * Starts a timeline without spans.
     *
     * @param values the values of the groups, the largest group first; one further group takes all other spans
     */
    public TimelineSums(TimeScale scale, List<@Nullable String> values) {
        this.scale = scale;
        this.values = values;
        this.cells = new MeasureSums[values.size() + 1][(int) (scale.last() - scale.first()) + 1];
    }

    /**
     * Returns the sums to which a span is added.
     *
     * @param group the index of the span's value among the values of the groups, or their number for all other spans
     * @param startNanos the start of the span in nanoseconds since 1970, within the scale
     */
    public MeasureSums at(int group, long startNanos) {
        int bucket = (int) (scale.bucketOf(startNanos) - scale.first());
        MeasureSums sums = cells[group][bucket];
        if (sums == null) {
            sums = new MeasureSums();
            cells[group][bucket] = sums;
        }
        return sums;
    }

    /** Returns the timeline of the spans that were added, without empty groups and buckets. */
    public Timeline timeline() {
        MeasureSums total = new MeasureSums();
        List<Timeline.Group> groups = new ArrayList<>();
        for (int group = 0; group < cells.length; group++) {
            List<Timeline.Bucket> buckets = new ArrayList<>();
            MeasureSums ofGroup = new MeasureSums();
            for (int i = 0; i < cells[group].length; i++) {
                MeasureSums sums = cells[group][i];
                if (sums != null) {
                    buckets.add(Timeline.Bucket.of(scale.startOf(scale.first() + i), sums.measures()));
                    ofGroup.addAll(sums);
                }
            }
            if (!buckets.isEmpty()) {
                boolean other = group == values.size();
                groups.add(Timeline.Group.builder(ofGroup.measures())
                        .value(other ? null : values.get(group))
                        .other(other)
                        .buckets(buckets)
                        .build());
                total.addAll(ofGroup);
            }
        }
        return Timeline.builder(total.measures())
                .start(scale.start())
                .end(scale.end())
                .bucketMs(scale.widthMs())
                .groups(groups)
                .build();
    }
}
