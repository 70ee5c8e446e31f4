package io.llmtrace.storage.clickhouse;

import io.llmtrace.storage.StorageException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done behind the calls: the space of what was deleted goes back to the disk. */
final class Housekeeping implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private static final Duration EVERY = Duration.ofMinutes(1);

    /** So long after a delete no write from before it can be under way, in whatever process. */
    private static final Duration GRACE = Duration.ofMinutes(10);

    private final Deletes deletes;
    private final ScheduledExecutorService timer;

    Housekeeping(Deletes deletes) {
        this.deletes = deletes;
        this.timer = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "llmtrace-clickhouse-housekeeping");
            thread.setDaemon(true);
            return thread;
        });
    }

    void start() {
        timer.scheduleWithFixedDelay(this::work, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private void work() {
        try {
            long before = Versions.at(Instant.now().minus(GRACE));
            deletes.finishRequested(before);
            deletes.erase(before);
            deletes.forget(Versions.at(Instant.now().minus(Versions.WALKS_LAST).minus(GRACE)));
        } catch (StorageException | IllegalStateException e) {
            LOG.warn(
                    "space of deleted traces is not given back yet; next try in {} s: {}",
                    EVERY.toSeconds(),
                    e.getMessage());
        }
    }
}
