package io.llmtrace.benchmarks.tasks;

import io.llmtrace.benchmarks.contenders.Contender;
import io.llmtrace.benchmarks.contenders.Metric;
import io.llmtrace.benchmarks.contenders.Store;
import io.llmtrace.benchmarks.environment.Folders;
import io.llmtrace.benchmarks.load.Batches;
import io.llmtrace.benchmarks.load.Load;
import io.llmtrace.model.TraceSpan;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Writes prepared spans into a new store.
 *
 * @param warmUp spans to write first, to another store that is then deleted
 * @param threads the number of threads that write batches concurrently
 */
public record WriteTask(Load load, int count, int batchSize, int warmUp, int threads) implements Task {

    @Override
    public String id() {
        return "write " + load.name() + " " + count + " " + batchSize + " " + warmUp + " " + threads;
    }

    @Override
    public Map<Metric, Double> run(Contender contender, Path folder) {
        Iterator<TraceSpan> spans = load.spans().iterator();
        List<List<TraceSpan>> warmUpBatches = Batches.take(spans, warmUp, batchSize);
        List<List<TraceSpan>> batches = Batches.take(spans, count, batchSize);
        Path warmUpFolder = Folders.create(folder.resolve("warm-up"));
        try (Store store = contender.open(warmUpFolder)) {
            store.prepare(warmUpBatches);
            writeAll(store, warmUpBatches);
            store.settle();
        }
        contender.delete(warmUpFolder);
        return measure(contender, Folders.create(measuredOf(folder)), batches);
    }

    public static Path measuredOf(Path folder) {
        return folder.resolve("measured");
    }

    private Map<Metric, Double> measure(Contender contender, Path folder, List<List<TraceSpan>> batches) {
        Map<Metric, Double> metrics = new EnumMap<>(Metric.class);
        try (Store store = contender.open(folder)) {
            store.prepare(batches);
            System.gc(); // the heap of the spans and of the warm-up does not belong to the writes
            long heapBefore = heapUsed();
            long start = System.nanoTime();
            long heapPeak = writeAll(store, batches);
            long taken = System.nanoTime() - start;
            store.settle();
            long settled = System.nanoTime() - start;
            metrics.put(Metric.SPANS_PER_SECOND, count / seconds(taken));
            metrics.put(Metric.CATCH_UP_SECONDS, seconds(settled - taken));
            metrics.put(Metric.HEAP_BYTES, (double) Math.max(0, heapPeak - heapBefore));
        }
        metrics.put(Metric.BYTES_ON_DISK, (double) contender.size(folder));
        return metrics;
    }

    /** Writes all batches, and returns the largest heap use that was seen. */
    private long writeAll(Store store, List<List<TraceSpan>> batches) {
        Queue<List<TraceSpan>> waiting = new ConcurrentLinkedQueue<>(batches);
        Callable<Long> writer = () -> {
            long heapPeak = 0;
            for (List<TraceSpan> batch = waiting.poll(); batch != null; batch = waiting.poll()) {
                store.write(batch);
                // Included in the measured time: the call takes less than a microsecond.
                heapPeak = Math.max(heapPeak, heapUsed());
            }
            return heapPeak;
        };
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Long> heapPeaks = new ArrayList<>();
            for (Future<Long> each : executor.invokeAll(Collections.nCopies(threads, writer))) {
                heapPeaks.add(each.get());
            }
            return Collections.max(heapPeaks);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a write failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while writing", e);
        } finally {
            executor.shutdownNow();
        }
    }

    private static double seconds(long nanoseconds) {
        return nanoseconds / 1e9;
    }

    private static long heapUsed() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
