package io.llmtrace.dev.clickhouse;

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
 * Does the same to several things at once, each in a thread of its own: in the common pool, work that waits for processes could
 * keep away the very tasks that notice their end.
 */
final class Parallel {

    /** What came of it: the results of those that succeeded, and the first failure. */
    record Outcome<R>(List<R> results, @Nullable RuntimeException failure) {}

    private Parallel() {}

    static <T, R> Outcome<R> map(Collection<T> things, Function<T, R> action) {
        if (things.isEmpty()) {
            return new Outcome<>(List.of(), null);
        }
        ExecutorService threads = Executors.newFixedThreadPool(things.size());
        try {
            List<Callable<R>> tasks = new ArrayList<>();
            things.forEach(thing -> tasks.add(() -> action.apply(thing)));
            return outcome(threads.invokeAll(tasks));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClickHouseStartException("interrupted while waiting for servers", e);
        } finally {
            threads.shutdownNow();
        }
    }

    /** @throws RuntimeException the first failure, when all others are done */
    static <T> void forEach(Collection<T> things, Consumer<T> action) {
        RuntimeException failure = map(things, thing -> {
                    action.accept(thing);
                    return thing;
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
