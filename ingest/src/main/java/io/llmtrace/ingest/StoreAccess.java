package io.llmtrace.ingest;

import io.llmtrace.storage.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes of the store, some at a time, on threads of their own: a caller need not wait for one that hangs. What comes behind that
 * one does not overtake it, since it may be of the same spans.
 */
final class StoreAccess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StoreAccess.class);

    private static final Duration FOREVER = Duration.ofDays(365);

    /** A failure says nothing of the store when so much time has passed without another write. */
    private static final Duration FAILURE_COUNTS_FOR = Duration.ofMinutes(1);

    private final SpanJoiner joiner;
    private final Duration patience;
    private final IngestObserver observer;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread made = new Thread(work, "llmtrace-ingest-store");
        made.setDaemon(true);
        return made;
    });

    /** A write has one until it ends, also if nobody waits for it any more. */
    private final Semaphore places = new Semaphore(SubmissionQueue.MOST_AT_ONCE, true);

    /** Writes that nobody waits for any more. Until they have ended, each write is alone: then behind them. */
    private final Set<Future<?>> hanging = ConcurrentHashMap.newKeySet();

    private volatile String failure = "";
    private volatile long failedAtNanos;

    StoreAccess(SpanJoiner joiner, Duration patience, IngestObserver observer) {
        this.joiner = joiner;
        this.patience = patience;
        this.observer = observer;
    }

    /** @return null when they are durable, or why they are not: not all of them may be then */
    @Nullable
    RuntimeException tryFor(List<Submission> submissions) {
        return noted(write(submissions, besideOthers(), FOREVER));
    }

    /** As {@link #tryFor}; one that takes longer than the patience goes on, but counts as failed. */
    @Nullable
    RuntimeException tryWithPatience(List<Submission> submissions) {
        return noted(write(submissions, besideOthers(), patience));
    }

    /** As {@link #tryFor}, once all writes that have begun have ended, and while no other begins. */
    @Nullable
    RuntimeException tryAlone(List<Submission> submissions) {
        return noted(write(submissions, SubmissionQueue.MOST_AT_ONCE, FOREVER));
    }

    /** @return how many places a write takes */
    private int besideOthers() {
        hanging.removeIf(Future::isDone);
        return hanging.isEmpty() ? 1 : SubmissionQueue.MOST_AT_ONCE;
    }

    private @Nullable RuntimeException write(List<Submission> submissions, int taken, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        Future<@Nullable RuntimeException> begun = null;
        try {
            // Here, not on the other thread: a write that nobody waits for any more must not begin.
            if (!places.tryAcquire(taken, patience.toNanos(), TimeUnit.NANOSECONDS)) {
                return noAnswer(null);
            }
            begun = begin(submissions, taken);
            return begun.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            places.release(taken);
            return new UnavailableException("closed while the store was to be written to", e);
        } catch (TimeoutException e) {
            return noAnswer(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new UnavailableException("ended while the store was written to", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause()); // an Error
        } finally {
            if (begun != null && !begun.isDone()) {
                hanging.add(begun);
            }
        }
    }

    private UnavailableException noAnswer(@Nullable Throwable cause) {
        return new UnavailableException(
                "the store gave no answer within " + patience.toMillis() + " ms (store-patience)", cause);
    }

    private Future<@Nullable RuntimeException> begin(List<Submission> submissions, int taken) {
        return threads.submit(() -> {
            try {
                return store(submissions);
            } finally {
                places.release(taken);
            }
        });
    }

    private @Nullable RuntimeException store(List<Submission> submissions) {
        long begin = System.nanoTime();
        try {
            joiner.store(submissions);
        } catch (RuntimeException e) {
            return e;
        }
        observer.stored(
                submissions.stream().mapToInt(Submission::count).sum(), Duration.ofNanos(System.nanoTime() - begin));
        return null;
    }

    /** One line for each change of state. */
    private synchronized @Nullable RuntimeException noted(@Nullable RuntimeException result) {
        String now = result == null || Committer.isFinal(result) ? "" : String.valueOf(result.getMessage());
        if (failure.isEmpty() && !now.isEmpty()) {
            LOG.warn("store does not take spans: {}", now);
        } else if (!failure.isEmpty() && now.isEmpty()) {
            LOG.info("store takes spans again");
        }
        failedAtNanos = System.nanoTime();
        failure = now;
        return result;
    }

    /** Why the last write failed; empty if it did not, or that was long ago. */
    String failure() {
        return System.nanoTime() - failedAtNanos < FAILURE_COUNTS_FOR.toNanos() ? failure : "";
    }

    /** Does not wait for a write that hangs longer than the patience. */
    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
