package io.llmtrace.benchmarks.tasks;

import io.llmtrace.benchmarks.contenders.Contender;
import io.llmtrace.benchmarks.contenders.Metric;
import io.llmtrace.benchmarks.contenders.Store;
import io.llmtrace.benchmarks.environment.Folders;
import io.llmtrace.benchmarks.load.Batches;
import io.llmtrace.benchmarks.load.Load;
import io.llmtrace.model.TraceSpan;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures how long concurrent clients wait until their writes are acknowledged. At a fixed rate, the time of a write counts from
 * when it was due, so that a write that waits for a slow one counts as slow, too.
 *
 * @param warmUp spans that are written to the same store first and not counted
 * @param batchSize spans per write
 * @param spansPerSecond the rate; 0 for as fast as possible
 */
public record RequestTask(Load load, int count, int batchSize, int warmUp, int clients, int spansPerSecond)
        implements Task {

    /** Spans of the warm-up that are made at a time, so that they fit into the heap. */
    private static final int PREPARED_AT_ONCE = 50_000;

    @Override
    public String id() {
        return "request " + load.name() + " " + count + " " + batchSize + " " + warmUp + " " + clients + " "
                + spansPerSecond;
    }

    @Override
    public Map<Metric, Double> run(Contender contender, Path folder) {
        Iterator<TraceSpan> spans = load.spans().iterator();
        Map<Metric, Double> metrics = new EnumMap<>(Metric.class);
        try (Store store = contender.open(Folders.create(WriteTask.measuredOf(folder)))) {
            warmUp(store, spans);
            List<List<TraceSpan>> batches = Batches.take(spans, count, batchSize);
            store.prepare(batches);
            System.gc();
            long start = System.nanoTime();
            long[] waits = writeAll(store, batches, spansPerSecond);
            metrics.put(Metric.SPANS_PER_SECOND, count * 1e9 / (System.nanoTime() - start));
            metrics.put(Metric.MEDIAN_MICROSECONDS, percentile(waits, 50));
            metrics.put(Metric.P99_MICROSECONDS, percentile(waits, 99));
            store.settle();
            metrics.putAll(store.usage());
        }
        return metrics;
    }

    /** Writes the warm-up spans, and keeps none of them in memory. */
    private void warmUp(Store store, Iterator<TraceSpan> spans) {
        for (int left = warmUp; left > 0; left -= PREPARED_AT_ONCE) {
            List<List<TraceSpan>> batches = Batches.take(spans, Math.min(left, PREPARED_AT_ONCE), batchSize);
            store.prepare(batches);
            writeAll(store, batches, 0);
        }
    }

    /** Returns the percentile by nearest rank, in microseconds. */
    private static double percentile(long[] sortedNanos, int percent) {
        int rank = (int) Math.ceil(percent / 100.0 * sortedNanos.length);
        return sortedNanos[Math.max(0, rank - 1)] / 1e3;
    }

    /** Returns the duration of each write in nanoseconds, shortest first. */
    private long[] writeAll(Store store, List<List<TraceSpan>> batches, int rate) {
        long[] waits = new long[batches.size()];
        AtomicInteger next = new AtomicInteger();
        long start = System.nanoTime();
        Callable<Void> client = () -> {
            for (int i = next.getAndIncrement(); i < waits.length; i = next.getAndIncrement()) {
                long begin = rate == 0 ? System.nanoTime() : awaitTurn(start, i, rate);
                store.write(batches.get(i));
                waits[i] = System.nanoTime() - begin;
            }
            return null;
        };
        ExecutorService executor = Executors.newFixedThreadPool(clients);
        try {
            for (Future<Void> each : executor.invokeAll(Collections.nCopies(clients, client))) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a write failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while writing", e);
        } finally {
            executor.shutdownNow();
        }
        Arrays.sort(waits);
        return waits;
    }

    /** Waits until this write is due, and returns that time. */
    private long awaitTurn(long start, int index, int rate) {
        long due = start + (long) (index * (double) batchSize / rate * 1e9);
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        return due;
    }
}
