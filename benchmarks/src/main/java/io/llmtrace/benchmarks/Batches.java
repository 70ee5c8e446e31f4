package io.llmtrace.benchmarks;

import io.llmtrace.model.TraceSpan;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Spans in the portions in which they are written. */
final class Batches {

    private Batches() {}

    /** Takes the next {@code count} spans. */
    static List<List<TraceSpan>> take(Iterator<TraceSpan> spans, int count, int batchSize) {
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
}
