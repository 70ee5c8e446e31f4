package io.llmtrace.benchmarks;

import io.llmtrace.model.TraceSpan;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Writes spans that were made beforehand into a fresh store.
 *
 * @param warmUp spans that go into another store first, which is thrown away
 */
record WriteTask(Load load, int count, int batchSize, int warmUp) implements Task {

    @Override
    public String id() {
        return "write " + load.name() + " " + count + " " + batchSize + " " + warmUp;
    }

    @Override
    public Map<Figure, Double> run(Contender contender, Path folder) {
        Iterator<TraceSpan> spans = load.spans().iterator();
        List<List<TraceSpan>> warmUpBatches = Batches.take(spans, warmUp, batchSize);
        List<List<TraceSpan>> batches = Batches.take(spans, count, batchSize);
        Path warmUpFolder = Folders.create(folder.resolve("warm-up"));
        try (Store store = contender.open(warmUpFolder)) {
            warmUpBatches.forEach(store::write);
            store.settle();
        }
        Folders.delete(warmUpFolder);
        return measure(contender, Folders.create(folder.resolve("measured")), batches);
    }

    private Map<Figure, Double> measure(Contender contender, Path folder, List<List<TraceSpan>> batches) {
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        System.gc(); // the spans themselves and the warm-up are no part of what writing takes
        long heapBefore = heapUsed();
        long heapPeak = heapBefore;
        try (Store store = contender.open(folder)) {
            long start = System.nanoTime();
            for (List<TraceSpan> batch : batches) {
                store.write(batch);
                // Not timed apart: a look at the heap takes less than a microsecond.
                heapPeak = Math.max(heapPeak, heapUsed());
            }
            long taken = System.nanoTime() - start;
            store.settle();
            long settled = System.nanoTime() - start;
            figures.put(Figure.SPANS_PER_SECOND, count / seconds(taken));
            figures.put(Figure.CATCH_UP_SECONDS, seconds(settled - taken));
        }
        figures.put(Figure.HEAP_BYTES, (double) (heapPeak - heapBefore));
        figures.put(Figure.BYTES_ON_DISK, (double) Folders.size(folder));
        return figures;
    }

    private static double seconds(long nanoseconds) {
        return nanoseconds / 1e9;
    }

    private static long heapUsed() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
