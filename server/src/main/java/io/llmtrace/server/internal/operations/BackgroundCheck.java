package io.llmtrace.server.internal.operations;

import io.llmtrace.storage.spi.OutOfMemoryErrors;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls something that may hang, on a thread of its own, and tells at any time what it last returned. One call runs at a time: who
 * asks while one runs waits for that one, and no longer than his patience. Thread-safe.
 *
 * <p>After a call that throws, nothing is known.
 *
 * @param <T> what a call returns
 */
final class BackgroundCheck<T> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BackgroundCheck.class);

    private final Supplier<T> check;
    private final ScheduledExecutorService thread;
    private @Nullable Outcome<T> last;
    private @Nullable Run<T> running;

    /**
     * Starts with a first call at once.
     *
     * @param name of the thread
     * @param interval the longest time between two calls, if none hangs and nobody asks
     */
    BackgroundCheck(String name, Duration interval, Supplier<T> check) {
        this.check = check;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread created = new Thread(task, name);
            created.setDaemon(true);
            return created;
        });
        thread.scheduleWithFixedDelay(this::start, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        start();
    }

    private record Outcome<T>(T value, long atNanos) {}

    private record Run<T>(long startNanos, CompletableFuture<Void> ended) {}

    /**
     * What is known.
     *
     * @param value what the last call that ended returned; null if none has ended yet, or the last one threw
     * @param age how long ago that was
     * @param pending for how long the call has run that has not ended; null if none runs
     */
    record Known<T>(
            @Nullable T value, Duration age, @Nullable Duration pending) {}

    /**
     * Calls again, unless a call runs already, and returns what is known once it has ended or the patience is over. A call that has
     * already run for that long is not waited for.
     */
    CompletableFuture<Known<T>> ask(Duration patience) {
        Duration pending = known().pending();
        long wait =
                pending == null ? patience.toMillis() : patience.minus(pending).toMillis();
        return wait <= 0
                ? CompletableFuture.completedFuture(known())
                : start().copy()
                        .completeOnTimeout(null, wait, TimeUnit.MILLISECONDS)
                        .thenApply(ended -> known());
    }

    /** Returns what is known now. */
    synchronized Known<T> known() {
        long now = System.nanoTime();
        Duration pending = running == null ? null : Duration.ofNanos(now - running.startNanos);
        return last == null
                ? new Known<>(null, Duration.ZERO, pending)
                : new Known<>(last.value, Duration.ofNanos(now - last.atNanos), pending);
    }

    private synchronized CompletableFuture<Void> start() {
        if (running != null) {
            return running.ended;
        }
        Run<T> run = new Run<>(System.nanoTime(), new CompletableFuture<>());
        if (thread.isShutdown()) {
            run.ended.complete(null);
            return run.ended;
        }
        running = run;
        thread.execute(() -> run(run));
        return run.ended;
    }

    private void run(Run<T> run) {
        Outcome<T> outcome = null;
        try {
            outcome = new Outcome<>(check.get(), System.nanoTime());
        } catch (Throwable e) {
            OutOfMemoryErrors.note(e);
            if (!thread.isShutdown()) {
                LOG.error("{} failed", Thread.currentThread().getName(), e);
            }
        } finally {
            end(outcome);
            run.ended.complete(null);
        }
    }

    private synchronized void end(@Nullable Outcome<T> outcome) {
        running = null;
        last = outcome;
    }

    /** Makes no further calls, and does not wait for one that runs. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
