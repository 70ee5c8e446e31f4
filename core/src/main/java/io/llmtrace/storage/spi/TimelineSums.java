package io.llmtrace.storage.spi;

import io.llmtrace.storage.analytics.Timeline;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds a timeline from spans, of which each is added to the sums of its group and bucket. Not safe for many threads. */
public final class TimelineSums {

    private final TimeScale scale;
    private final List<@Nullable String> values;
    private final @Nullable MeasureSums[][] cells;

    /** @param values of the groups, largest first; the group behind the last is the rest */
    public TimelineSums(TimeScale scale, List<@Nullable String> values) {
        this.scale = scale;
        this.values = values;
        this.cells = new MeasureSums[values.size() + 1][(int) (scale.last() - scale.first()) + 1];
    }

    /**
     * Where to add a span.
     *
     * @param group the place of its value among those given, or their number for the rest
     * @param startNanos within the scale
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

    /** What was added; groups without spans are left out. */
    public Timeline timeline() {
        MeasureSums total = new MeasureSums();
        List<Timeline.Group> groups = new ArrayList<>();
        for (int group = 0; group < cells.length; group++) {
            List<Timeline.Bucket> buckets = new ArrayList<>();
            MeasureSums ofGroup = new MeasureSums();
            for (int i = 0; i < cells[group].length; i++) {
                MeasureSums sums = cells[group][i];
                if (sums != null) {
                    buckets.add(new Timeline.Bucket(scale.startOf(scale.first() + i), sums.measures()));
                    ofGroup.addAll(sums);
                }
            }
            if (!buckets.isEmpty()) {
                boolean rest = group == values.size();
                groups.add(new Timeline.Group(rest ? null : values.get(group), rest, ofGroup.measures(), buckets));
                total.addAll(ofGroup);
            }
        }
        return new Timeline(scale.start(), scale.end(), scale.widthMs(), total.measures(), groups);
    }
}
