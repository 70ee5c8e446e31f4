package io.llmtrace.dev.clickhouse.internal.server;

import io.llmtrace.dev.clickhouse.ClickHouseStartException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs an action for several items in parallel, each in a thread of its own. In the common pool, actions that wait for processes
 * could block the very tasks that notice the end of these processes.
 */
public final class Parallel {

    /** The results of the actions that succeeded, and one failure if there was any. */
    public record Outcome<R>(List<R> results, @Nullable RuntimeException failure) {}

    private Parallel() {}

    public static <T, R> Outcome<R> map(Collection<T> items, Function<T, R> action) {
        if (items.isEmpty()) {
            return new Outcome<>(List.of(), null);
        }
        ExecutorService threads = Executors.newFixedThreadPool(items.size());
        try {
            List<Callable<R>> tasks = new ArrayList<>();
            items.forEach(item -> tasks.add(() -> action.apply(item)));
            return outcome(threads.invokeAll(tasks));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClickHouseStartException("interrupted while waiting for servers", e);
        } finally {
            threads.shutdownNow();
        }
    }

    /**
     * Runs an action for each item, and returns when all have ended.
     *
     * @throws RuntimeException if an action failed
     */
    public static <T> void forEach(Collection<T> items, Consumer<T> action) {
        RuntimeException failure = map(items, item -> {
                    action.accept(item);
                    return item;
                })
                .failure();
        if (failure != null) {
            throw failure;
        }
    }

    private static <R> Outcome<R> outcome(List<Future<R>> futures) throws InterruptedException {
        List<R> results = new ArrayList<>();
        RuntimeException failure = null;
        for (Future<R> future : futures) {
            try {
                results.add(future.get());
            } catch (ExecutionException e) {
                failure = e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
            }
        }
        return new Outcome<>(results, failure);
    }
}
