package io.llmtrace.benchmarks;

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
 * Writes that many clients make at the same time, and how long each waits until it is acknowledged. At a given rate a write
 * counts from when it was due: what waits behind a slow one counts as slow, too.
 *
 * @param warmUp spans before those that count, into the same store
 * @param batchSize spans of each write
 * @param spansPerSecond 0 for as many as are taken
 */
record RequestTask(Load load, int count, int batchSize, int warmUp, int clients, int spansPerSecond) implements Task {

    /** So that what is only written for warming up fits into the heap. */
    private static final int PREPARED_AT_ONCE = 50_000;

    @Override
    public String id() {
        return "request " + load.name() + " " + count + " " + batchSize + " " + warmUp + " " + clients + " "
                + spansPerSecond;
    }

    @Override
    public Map<Figure, Double> run(Contender contender, Path folder) {
        Iterator<TraceSpan> spans = load.spans().iterator();
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        try (Store store = contender.open(Folders.create(WriteTask.measuredOf(folder)))) {
            warmUp(store, spans);
            List<List<TraceSpan>> batches = Batches.take(spans, count, batchSize);
            store.prepare(batches);
            System.gc();
            long start = System.nanoTime();
            long[] waits = writeAll(store, batches, spansPerSecond);
            figures.put(Figure.SPANS_PER_SECOND, count * 1e9 / (System.nanoTime() - start));
            figures.put(Figure.MEDIAN_MICROSECONDS, percentile(waits, 50));
            figures.put(Figure.P99_MICROSECONDS, percentile(waits, 99));
            store.settle();
            figures.putAll(store.usage());
        }
        return figures;
    }

    /** Nothing of it is held while the rest is measured. */
    private void warmUp(Store store, Iterator<TraceSpan> spans) {
        for (int left = warmUp; left > 0; left -= PREPARED_AT_ONCE) {
            List<List<TraceSpan>> batches = Batches.take(spans, Math.min(left, PREPARED_AT_ONCE), batchSize);
            store.prepare(batches);
            writeAll(store, batches, 0);
        }
    }

    /** By nearest rank, in microseconds. */
    private static double percentile(long[] sortedNanos, int percent) {
        int rank = (int) Math.ceil(percent / 100.0 * sortedNanos.length);
        return sortedNanos[Math.max(0, rank - 1)] / 1e3;
    }

    /** @return how long each write took, in nanoseconds, the shortest first */
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

    /** @return when this write was due */
    private long awaitTurn(long start, int index, int rate) {
        long due = start + (long) (index * (double) batchSize / rate * 1e9);
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        return due;
    }
}
