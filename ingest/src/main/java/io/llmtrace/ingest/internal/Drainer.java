package io.llmtrace.ingest.internal;

import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.spi.OutOfMemoryErrors;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the content of the spool into the store, in order. While the store is unavailable, it retries with exponential backoff.
 */
public final class Drainer {

    private static final Logger LOG = LoggerFactory.getLogger(Drainer.class);

    private static final Duration FIRST_WAIT = Duration.ofMillis(100);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);
    /** While a store comes and goes, the spool is drained again and again. */
    private static final Duration AFTER_DRAINED_PAUSE = Duration.ofSeconds(30);

    private final BatchLimits limits;
    private final Duration patience;
    private final Spool spool;
    private final StoreWriter store;
    private final Committer committer;
    private final IngestCounters counters;
    private final RareTask afterDrained;
    private final Thread thread;
    private final Semaphore woken = new Semaphore(0);
    private volatile boolean closing;

    /**
     * @param patience how long {@link #close} waits for a write that hangs
     * @param afterDrained is called when nothing waits any more, but not again and again within seconds
     */
    public Drainer(
            BatchLimits limits,
            Duration patience,
            Spool spool,
            StoreWriter store,
            Committer committer,
            IngestCounters counters,
            Runnable afterDrained) {
        this.limits = limits;
        this.patience = patience;
        this.spool = spool;
        this.store = store;
        this.committer = committer;
        this.counters = counters;
        this.afterDrained = new RareTask(afterDrained, AFTER_DRAINED_PAUSE, System::nanoTime);
        this.thread = new Thread(this::run, "llmtrace-ingest-drain");
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Tries again soon: the store may take spans now. */
    public void wake() {
        woken.release();
    }

    /** Stops draining. What is left in the spool is drained after the next start. */
    public void close() throws InterruptedException {
        closing = true;
        thread.interrupt();
        thread.join(patience.toMillis());
    }

    private void run() {
        Duration wait = FIRST_WAIT;
        try {
            while (!closing) {
                awaitContent();
                woken.drainPermits();
                if (tryToDrain()) {
                    wait = FIRST_WAIT;
                } else if (!closing) {
                    // A random time between half and all of it, so that many processes do not retry at the same moment.
                    long nanos = ThreadLocalRandom.current().nextLong(wait.toNanos() / 2, wait.toNanos());
                    wait = woken.tryAcquire(nanos, TimeUnit.NANOSECONDS)
                            ? FIRST_WAIT
                            : min(wait.multipliedBy(2), LONGEST_WAIT);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // close() interrupts this thread
        }
    }

    /** Waits until something waits to be drained. Meanwhile, and while deletes can run, does what is due after it was drained. */
    private void awaitContent() throws InterruptedException {
        while (afterDrained.isRequested()) {
            if (spool.awaitContent(afterDrained.nanosLeft())) {
                return;
            }
            try {
                afterDrained.runIfDue();
            } catch (RuntimeException | Error e) {
                OutOfMemoryErrors.note(e);
                LOG.error("an unexpected error after the spool was drained", e);
            }
        }
        spool.awaitContent();
    }

    /** Same as {@link #drainSome}. No failure ends the thread, or what waits would stay on disk until the next start. */
    private boolean tryToDrain() throws InterruptedException {
        try {
            return spool.draining(this::drainSome);
        } catch (RuntimeException | Error e) {
            OutOfMemoryErrors.note(e);
            LOG.error("an unexpected error keeps the spool from being drained for now", e);
            return false;
        }
    }

    /** Moves the oldest submissions to the store. Returns false if the store is unavailable or the spool cannot be read. */
    private boolean drainSome() {
        Instant oldestBefore = spool.content().oldest();
        try {
            List<Submission> oldest = spool.oldest(limits.maxSpans(), limits.maxBytes());
            List<Submission> rest =
                    oldest.stream().filter(submission -> submission.count() > 0).toList();
            RuntimeException failure = rest.isEmpty() ? null : store.writeExclusively(rest);
            if (failure == null) {
                counters.addStored(spool.removeOldest(oldest));
            } else if (Committer.isFinal(failure)) {
                drainOneByOne(oldest);
            } else {
                return false;
            }
        } catch (ClosedByInterruptException e) {
            return false; // close() interrupted the read: the disk is fine
        } catch (StorageException | IOException e) {
            LOG.error("the spool cannot be drained: {}", e.getMessage(), e);
            return false;
        }
        if (spool.isEmpty()) {
            LOG.info("the spool is drained{}", delay(oldestBefore));
            afterDrained.request();
        }
        return true;
    }

    private void drainOneByOne(List<Submission> oldest) throws IOException {
        for (Submission submission : oldest) {
            if (submission.count() > 0) {
                committer.storeOrDeadLetter(submission);
            }
            long spans = spool.removeOldest(List.of(submission));
            counters.addStored(spans - submission.count()); // those that were deleted meanwhile
        }
    }

    private static String delay(@Nullable Instant oldest) {
        return oldest == null
                ? ""
                : ", " + Math.max(0, Duration.between(oldest, Instant.now()).toSeconds())
                        + " s after its oldest request arrived";
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
