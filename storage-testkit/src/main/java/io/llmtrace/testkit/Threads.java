package io.llmtrace.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs work in many threads at the same time. */
final class Threads {

    /** Tells a deadlock from a busy machine. */
    private static final long PATIENCE_SECONDS = 600;

    private Threads() {}

    /**
     * Starts all tasks at the same moment.
     *
     * @return the results of {@code first}, after all tasks have ended
     */
    static <T> List<T> runAll(List<Callable<T>> first, List<Callable<T>> others) {
        List<Callable<T>> all = new ArrayList<>(first);
        all.addAll(others);
        ExecutorService executor = Executors.newFixedThreadPool(all.size());
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<T>> futures = new ArrayList<>();
            for (Callable<T> work : all) {
                futures.add(executor.submit(() -> {
                    start.await();
                    return work.call();
                }));
            }
            start.countDown();
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(resultOf(future));
            }
            return results.subList(0, first.size());
        } finally {
            executor.shutdownNow();
        }
    }

    private static <T> T resultOf(Future<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("in a thread: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new AssertionError("still running after " + PATIENCE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
