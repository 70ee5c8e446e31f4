package io.llmtrace.benchmarks;

import io.llmtrace.model.TraceSpan;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Makes the store that {@link ReadTask}s read, and notes some of its spans beside it. */
record FillTask(Load load, int count, int batchSize) implements Task {

    @Override
    public String id() {
        return "fill " + load.name() + " " + count + " " + batchSize;
    }

    @Override
    public Map<Figure, Double> run(Contender contender, Path folder) {
        Iterator<TraceSpan> spans = load.spans().iterator();
        NotedSpans noted = new NotedSpans(count);
        Path storeFolder = Folders.create(storeOf(folder));
        long start = System.nanoTime();
        try (Store store = contender.openToFill(storeFolder)) {
            for (int stored = 0; stored < count; stored += batchSize) {
                List<TraceSpan> batch = Batches.take(spans, Math.min(batchSize, count - stored), batchSize)
                        .get(0);
                store.write(batch);
                batch.forEach(noted::see);
            }
            store.settle();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        noted.write(folder);
        return Map.of(Figure.FILL_SECONDS, seconds, Figure.BYTES_ON_DISK, (double) contender.size(storeFolder));
    }

    static Path storeOf(Path folder) {
        return folder.resolve("store");
    }
}
