package io.llmtrace.storage.clickhouse;

import io.llmtrace.storage.StorageException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done behind the calls: what is too old is deleted, and the space of what was deleted goes back to the disk. */
final class Housekeeping implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private static final Duration EVERY = Duration.ofMinutes(1);

    /** Seldom, since each time rewrites the parts in which something went. */
    private static final Duration EXPIRY_EVERY = Duration.ofDays(1);

    /** So long after a delete no write from before it can be under way, in whatever process. */
    private static final Duration GRACE = Duration.ofMinutes(10);

    private final Deletes deletes;
    private final Runnable expiry;
    private final ScheduledExecutorService timer;
    private Instant expired = Instant.MIN;

    /** @param expiry deletes what is too old */
    Housekeeping(Deletes deletes, Runnable expiry) {
        this.deletes = deletes;
        this.expiry = expiry;
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
            if (expired.plus(EXPIRY_EVERY).isBefore(Instant.now())) {
                expiry.run();
                expired = Instant.now();
            }
            deletes.finishRequested(before);
            deletes.erase(before);
            deletes.forget(Versions.at(Instant.now().minus(Versions.WALKS_LAST).minus(GRACE)));
        } catch (StorageException | IllegalStateException e) {
            LOG.warn(
                    "what is too old is not deleted yet, or its space not given back; next try in {} s: {}",
                    EVERY.toSeconds(),
                    e.getMessage());
        }
    }
}
