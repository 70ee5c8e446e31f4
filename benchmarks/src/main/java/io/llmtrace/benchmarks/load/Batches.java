package io.llmtrace.benchmarks.load;

import io.llmtrace.model.TraceSpan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Divides spans into the batches in which they are written. */
public final class Batches {

    private Batches() {}

    /** Takes the next {@code count} spans. */
    public static List<List<TraceSpan>> take(Iterator<TraceSpan> spans, int count, int batchSize) {
        List<List<TraceSpan>> batches = new ArrayList<>();
        for (int taken = 0; taken < count; taken += batchSize) {
            int size = Math.min(batchSize, count - taken);
            List<TraceSpan> batch = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                batch.add(spans.next());
            }
            batches.add(batch);
        }
        return batches;
    }

    /** Groups the spans by trace, for contenders that store whole traces. */
    public static Collection<List<TraceSpan>> byTrace(List<TraceSpan> batch) {
        Map<UUID, List<TraceSpan>> traces = new LinkedHashMap<>();
        batch.forEach(span ->
                traces.computeIfAbsent(span.traceId(), id -> new ArrayList<>()).add(span));
        return traces.values();
    }

    /** Returns the span with the earliest start, which is the time of its trace. */
    public static TraceSpan earliest(List<TraceSpan> spans) {
        return Collections.min(spans, Comparator.comparing(TraceSpan::startTime));
    }
}
