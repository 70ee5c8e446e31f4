package io.llmtrace.storage.clickhouse.internal.upkeep;

import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.clickhouse.internal.engine.Versions;
import io.llmtrace.storage.spi.OutOfMemoryErrors;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Works in the background: finishes interrupted deletes, and frees the space of deleted rows. */
public final class Housekeeping implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private static final Duration INTERVAL = Duration.ofMinutes(1);

    /** The longest pause after failures. Each try may leave the server with more work, which it does later. */
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    /** How long after a delete a write that began before it may still be in flight in some process. */
    private static final Duration GRACE = Duration.ofMinutes(10);

    private static final String FAILED = "the space of deleted traces is not freed; next try in {} s: {}";

    private final Deletes deletes;
    private final ScheduledExecutorService timer;
    private Duration pause = INTERVAL;

    /** Prepares the background work; {@link #start} begins it. */
    public Housekeeping(Deletes deletes) {
        this.deletes = deletes;
        this.timer = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "llmtrace-clickhouse-housekeeping");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts the work, which then runs once a minute, and more seldom as long as it fails. */
    public void start() {
        timer.schedule(this::run, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private void run() {
        try {
            work();
            pause = INTERVAL;
        } catch (StorageException | IllegalStateException e) {
            waitLonger();
            LOG.warn(FAILED, pause.toSeconds(), e.getMessage());
        } catch (Throwable e) {
            OutOfMemoryErrors.note(e);
            waitLonger();
            LOG.error(FAILED, pause.toSeconds(), e, e);
        }
        try {
            timer.schedule(this::run, pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // closed meanwhile
        }
    }

    private void waitLonger() {
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }

    private void work() {
        long before = Versions.at(Instant.now().minus(GRACE));
        deletes.finishRequested(before);
        deletes.erase(before);
        deletes.forget(Versions.at(Instant.now().minus(Versions.CURSOR_LIFETIME).minus(GRACE)));
    }
}
