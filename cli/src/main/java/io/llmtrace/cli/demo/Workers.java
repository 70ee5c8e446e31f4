package io.llmtrace.cli.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that send a few requests concurrently. Submitting waits while too many are in flight, and throws the first failure. */
final class Workers implements AutoCloseable {

    private static final int THREADS = 4;
    private static final int MAX_IN_FLIGHT = 2 * THREADS;

    private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);
    private final Deque<Future<?>> inFlight = new ArrayDeque<>();

    void submit(Runnable work) throws InterruptedException {
        if (inFlight.size() >= MAX_IN_FLIGHT) {
            await(inFlight.remove());
        }
        inFlight.add(executor.submit(work));
    }

    void awaitAll() throws InterruptedException {
        while (!inFlight.isEmpty()) {
            await(inFlight.remove());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private static void await(Future<?> work) throws InterruptedException {
        try {
            work.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
