package io.llmtrace.benchmarks.tasks;

import io.llmtrace.benchmarks.contenders.Contender;
import io.llmtrace.benchmarks.contenders.Metric;
import io.llmtrace.benchmarks.contenders.Store;
import io.llmtrace.benchmarks.environment.Folders;
import io.llmtrace.benchmarks.load.Batches;
import io.llmtrace.benchmarks.load.Load;
import io.llmtrace.benchmarks.load.NotedSpans;
import io.llmtrace.model.TraceSpan;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Fills the store for {@link ReadTask}s, and notes a sample of its spans in a file next to it. */
public record FillTask(Load load, int count, int batchSize) implements Task {

    @Override
    public String id() {
        return "fill " + load.name() + " " + count + " " + batchSize;
    }

    @Override
    public Map<Metric, Double> run(Contender contender, Path folder) {
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
        return Map.of(Metric.FILL_SECONDS, seconds, Metric.BYTES_ON_DISK, (double) contender.size(storeFolder));
    }

    public static Path storeOf(Path folder) {
        return folder.resolve("store");
    }
}
