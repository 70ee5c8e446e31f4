package io.llmtrace.ingest;

import io.llmtrace.storage.StorageException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves what is in the spool into the store, in its order. While the store is away, it tries again ever less often. */
final class Drainer {

    private static final Logger LOG = LoggerFactory.getLogger(Drainer.class);

    private static final Duration FIRST_WAIT = Duration.ofMillis(100);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

    private final IngestConfig config;
    private final Spool spool;
    private final StoreAccess store;
    private final Committer committer;
    private final IngestCounters counters;
    private final Thread thread;
    private volatile boolean closing;

    Drainer(IngestConfig config, Spool spool, StoreAccess store, Committer committer, IngestCounters counters) {
        this.config = config;
        this.spool = spool;
        this.store = store;
        this.committer = committer;
        this.counters = counters;
        this.thread = new Thread(this::run, "llmtrace-ingest-drain");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** What is left is drained after the next start. Does not wait for a write that hangs. */
    void close() throws InterruptedException {
        closing = true;
        thread.interrupt();
        thread.join(config.patience().toMillis());
    }

    private void run() {
        Duration wait = FIRST_WAIT;
        try {
            while (!closing) {
                spool.awaitContent();
                if (drainSome()) {
                    wait = FIRST_WAIT;
                } else if (!closing) {
                    // Between half and all of it, so that many processes do not come at once.
                    TimeUnit.NANOSECONDS.sleep(
                            ThreadLocalRandom.current().nextLong(wait.toNanos() / 2, wait.toNanos()));
                    wait = min(wait.multipliedBy(2), LONGEST_WAIT);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // by close()
        }
    }

    /** @return whether there was progress */
    private boolean drainSome() {
        SpoolState before = spool.state();
        List<Submission> oldest = List.of();
        try {
            oldest = spool.oldest(config.maxBatchSpans(), config.maxBatchBytes());
            RuntimeException failure = store.tryAlone(oldest);
            if (failure == null) {
                oldest.forEach(submission -> counters.stored(submission.count()));
                spool.stored(oldest);
            } else if (Committer.isFinal(failure)) {
                drainOneByOne(oldest);
            } else {
                return false;
            }
        } catch (ClosedByInterruptException e) {
            return false; // by close(): no fault of the disk
        } catch (StorageException | IOException e) {
            LOG.error("spool is not drained: {}", e.getMessage(), e);
            return false;
        }
        if (spool.isEmpty()) {
            LOG.info("spool is drained{}", since(before));
        }
        return true;
    }

    private void drainOneByOne(List<Submission> oldest) throws IOException {
        for (Submission submission : oldest) {
            committer.storeOrBury(submission);
            spool.stored(List.of(submission));
        }
    }

    private static String since(SpoolState before) {
        return before.age()
                .map(age -> ", " + age.toSeconds() + " s after what was in it came")
                .orElse("");
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
