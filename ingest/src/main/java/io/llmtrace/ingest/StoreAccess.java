package io.llmtrace.ingest;

import io.llmtrace.storage.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One write of the store after the other, on a thread of its own: a caller need not wait for one that hangs, and what comes
 * behind it does not overtake it.
 */
final class StoreAccess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StoreAccess.class);

    private static final Duration FOREVER = Duration.ofDays(365);

    /** A failure says nothing of the store when so much time has passed without another write. */
    private static final Duration FAILURE_COUNTS_FOR = Duration.ofMinutes(1);

    private final SpanJoiner joiner;
    private final Duration patience;
    private final IngestObserver observer;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread made = new Thread(work, "llmtrace-ingest-store");
        made.setDaemon(true);
        return made;
    });
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
        return noted(resultOf(start(submissions), FOREVER));
    }

    /** As {@link #tryFor}; one that takes longer than the patience goes on, but counts as failed. */
    @Nullable
    RuntimeException tryWithPatience(List<Submission> submissions) {
        return noted(resultOf(start(submissions), patience));
    }

    private static @Nullable RuntimeException resultOf(Future<@Nullable RuntimeException> write, Duration patience) {
        try {
            return write.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new UnavailableException(
                    "the store gave no answer within " + patience.toMillis() + " ms (store-patience)", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new UnavailableException("ended while the store was written to", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause()); // an Error
        }
    }

    private Future<@Nullable RuntimeException> start(List<Submission> submissions) {
        return thread.submit(() -> {
            long begin = System.nanoTime();
            try {
                joiner.store(submissions);
            } catch (RuntimeException e) {
                return e;
            }
            observer.stored(
                    submissions.stream().mapToInt(Submission::count).sum(),
                    Duration.ofNanos(System.nanoTime() - begin));
            return null;
        });
    }

    /** One line for each change of state. */
    private @Nullable RuntimeException noted(@Nullable RuntimeException result) {
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
        thread.shutdown();
        try {
            if (!thread.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
