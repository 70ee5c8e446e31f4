package io.llmtrace.ingest.internal;

import io.llmtrace.storage.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to the store on threads of its own, so that a caller can give up waiting for a write that hangs. Runs a few writes at
 * a time. While a write hangs, later ones wait for it: they may contain newer versions of the same spans, which the older write
 * must not replace. Thread-safe.
 */
public final class StoreWriter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StoreWriter.class);

    private static final Duration FOREVER = Duration.ofDays(365);

    /** A failure is reported for this long. After that, it says nothing about the current state of the store. */
    private static final Duration FAILURE_COUNTS_FOR = Duration.ofMinutes(1);

    private final SpanJoiner joiner;
    private final Duration patience;
    private final ObjIntConsumer<Duration> onStored;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "llmtrace-ingest-store");
        thread.setDaemon(true);
        return thread;
    });

    /** Limits concurrent writes. A write holds its permits until it ends, even if its caller has given up waiting. */
    private final Semaphore permits = new Semaphore(SubmissionQueue.MAX_CONCURRENT_BATCHES, true);

    /** The writes whose callers have given up. While one of them is running, every new write takes all permits. */
    private final Set<Future<?>> hanging = ConcurrentHashMap.newKeySet();

    private volatile String failure = "";
    private volatile long failedAtNanos;

    /**
     * @param patience how long a store may take to answer before it counts as unavailable
     * @param onStored called after each stored batch with the number of its spans and the time that the store took
     */
    public StoreWriter(SpanJoiner joiner, Duration patience, ObjIntConsumer<Duration> onStored) {
        this.joiner = joiner;
        this.patience = patience;
        this.onStored = onStored;
    }

    /**
     * Writes the submissions, however long it takes.
     *
     * @return null once all of them are durable; otherwise why they are not, though some of them may be
     */
    public @Nullable RuntimeException write(List<Submission> submissions) {
        return withStateNoted(write(submissions, permitsNeeded(), FOREVER));
    }

    /** Same as {@link #write}, but stops waiting when the patience is over. The write then goes on, but counts as failed. */
    @Nullable
    RuntimeException writeWithPatience(List<Submission> submissions) {
        return withStateNoted(write(submissions, permitsNeeded(), patience));
    }

    /** Same as {@link #write}, but starts after all running writes have ended, and keeps others from starting. */
    @Nullable
    RuntimeException writeExclusively(List<Submission> submissions) {
        return withStateNoted(write(submissions, SubmissionQueue.MAX_CONCURRENT_BATCHES, FOREVER));
    }

    /**
     * Runs work while nothing is written, and starts it after all running writes have ended, hanging ones included.
     *
     * @throws UnavailableException if they do not end within the patience
     */
    <T> T exclusively(DeletePatience wait, Supplier<T> work) {
        try {
            if (!permits.tryAcquire(SubmissionQueue.MAX_CONCURRENT_BATCHES, wait.nanosLeft(), TimeUnit.NANOSECONDS)) {
                throw wait.over();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while the store was being written to", e);
        }
        try {
            return work.get();
        } finally {
            permits.release(SubmissionQueue.MAX_CONCURRENT_BATCHES);
        }
    }

    /**
     * Runs work on a thread of this writer. An interrupt of the caller ends the wait for it, but not the work: it would close the
     * files that the work uses, for everybody.
     */
    <T> T onOwnThread(Callable<T> work) {
        try {
            return threads.submit(work).get();
        } catch (RejectedExecutionException e) {
            throw new UnavailableException("the server is closing; try again", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while waiting for the store, which may still do it", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause()); // an Error
        }
    }

    /** Returns how long a store may take to answer before it counts as unavailable. */
    Duration patience() {
        return patience;
    }

    private int permitsNeeded() {
        hanging.removeIf(Future::isDone);
        return hanging.isEmpty() ? 1 : SubmissionQueue.MAX_CONCURRENT_BATCHES;
    }

    private @Nullable RuntimeException write(List<Submission> submissions, int permitCount, Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        Future<@Nullable RuntimeException> running = null;
        try {
            // Acquired on the caller's thread, so that a write does not start after its caller has given up waiting.
            if (!permits.tryAcquire(permitCount, timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                return noAnswer(null);
            }
            running = start(submissions, permitCount);
            return running.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            permits.release(permitCount);
            return new UnavailableException("closed before the store was written to", e);
        } catch (TimeoutException e) {
            return noAnswer(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new UnavailableException("interrupted while the store was being written to", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause()); // an Error
        } finally {
            if (running != null && !running.isDone()) {
                hanging.add(running);
            }
        }
    }

    private UnavailableException noAnswer(@Nullable Throwable cause) {
        return new UnavailableException(
                "the store gave no answer within " + patience.toMillis() + " ms (store-patience-ms)", cause);
    }

    private Future<@Nullable RuntimeException> start(List<Submission> submissions, int permitCount) {
        return threads.submit(() -> {
            try {
                return store(submissions);
            } finally {
                permits.release(permitCount);
            }
        });
    }

    private @Nullable RuntimeException store(List<Submission> submissions) {
        long start = System.nanoTime();
        try {
            joiner.store(submissions);
        } catch (RuntimeException e) {
            return e;
        }
        onStored.accept(
                Duration.ofNanos(System.nanoTime() - start),
                submissions.stream().mapToInt(Submission::count).sum());
        return null;
    }

    /** Remembers whether the store accepts writes, and logs each change of that state once. */
    private synchronized @Nullable RuntimeException withStateNoted(@Nullable RuntimeException result) {
        String now = result == null || Committer.isFinal(result) ? "" : Committer.textOf(result);
        if (failure.isEmpty() && !now.isEmpty()) {
            LOG.warn("the store does not accept spans: {}", now);
        } else if (!failure.isEmpty() && now.isEmpty()) {
            LOG.info("the store accepts spans again");
        }
        failedAtNanos = System.nanoTime();
        failure = now;
        return result;
    }

    /** Returns why the last write failed; empty if it succeeded, or if it failed more than a minute ago. */
    public String failure() {
        return System.nanoTime() - failedAtNanos < FAILURE_COUNTS_FOR.toNanos() ? failure : "";
    }

    /** Forgets why the last write failed: the store has taken a delete since, which may have removed the cause. */
    public synchronized void forgetFailure() {
        failure = "";
    }

    /** Waits until running writes have ended, but at most for the patience. */
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
