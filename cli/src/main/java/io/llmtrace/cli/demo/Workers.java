package io.llmtrace.cli.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A few requests at a time. Who submits waits when too many are under way, and gets the first failure thrown. */
final class Workers implements AutoCloseable {

    private static final int THREADS = 4;
    private static final int UNDER_WAY = 2 * THREADS;

    private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);
    private final Deque<Future<?>> underWay = new ArrayDeque<>();

    void submit(Runnable work) throws InterruptedException {
        if (underWay.size() >= UNDER_WAY) {
            await(underWay.remove());
        }
        underWay.add(executor.submit(work));
    }

    void awaitAll() throws InterruptedException {
        while (!underWay.isEmpty()) {
            await(underWay.remove());
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
