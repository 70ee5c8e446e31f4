package io.llmtrace.storage.clickhouse.internal.upkeep;

import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Layout;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import io.llmtrace.storage.clickhouse.internal.read.IndexedTokens;
import io.llmtrace.storage.spi.OutOfMemoryErrors;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works in the background after the start of a version that changes what the words of a span are: it gives the stored spans their
 * new ones. One process does it at a time, see {@link Lease}, until no outdated row is left.
 */
public final class Reindexing implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Reindexing.class);

    private static final String LEASE = "reindexing";

    private static final Duration INTERVAL = Duration.ofMinutes(1);

    /** When to look again although nothing was left: a process of an earlier version may still be writing. */
    private static final Duration INTERVAL_WHEN_DONE = Duration.ofHours(1);

    private static final String FAILED =
            "older spans are not indexed again and found by the words of an earlier version; next try in {} s: {}";

    /** How long closing waits for the statement at hand, so that it can clean up after it. */
    private static final Duration LAST_STEP = Duration.ofSeconds(5);

    private final Database database;
    private final Layout layout;
    private final Lease lease;
    private final Duration interval;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final OutdatedWords.Steps steps = new OutdatedWords.Steps() {
        @Override
        public boolean mayContinue() {
            return !isClosing() && lease.hold();
        }

        @Override
        public boolean mayContinueAfter(Duration pause) {
            try {
                return !closing.await(pause.toMillis(), TimeUnit.MILLISECONDS) && mayContinue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    };
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, work -> {
        Thread thread = new Thread(work, "llmtrace-clickhouse-reindexing");
        thread.setDaemon(true);
        return thread;
    });
    private final Duration lastStep;
    private volatile boolean done;

    /** Prepares the work; {@link #start} begins it. */
    public Reindexing(Database database, Layout layout, PropertyTable properties) {
        this(database, layout, properties, INTERVAL, LAST_STEP);
    }

    /**
     * @param interval how long after a failure, or a turn of another process, it tries again
     * @param lastStep how long closing waits at most for the statement at hand
     */
    Reindexing(Database database, Layout layout, PropertyTable properties, Duration interval, Duration lastStep) {
        this.database = database;
        this.layout = layout;
        this.interval = interval;
        this.lastStep = lastStep;
        // Closing does not wait for the next time to look, which may be an hour away.
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.lease = new Lease(properties, LEASE);
    }

    /** Starts the work. */
    public void start() {
        // Other nodes would repeat the mutation, without the table of words that it reads.
        if (!layout.replicatesItself()) {
            timer.execute(this::run);
        }
    }

    /** Returns how far the work is, as details of the store's health. */
    public Map<String, String> details() {
        long pending = done
                ? 0
                : database.number(Sql.of(
                        "count rows to index again", "SELECT count() FROM spans WHERE " + IndexedTokens.OUTDATED));
        Map<String, String> details = new LinkedHashMap<>();
        details.put("text_index_pending", Long.toString(pending));
        if (pending > 0 && layout.replicatesItself()) {
            details.put(
                    "text_index_advice",
                    "in a cluster with internal_replication, spans that an earlier version stored are found by their old words;"
                            + " export them and import them into a new database");
        }
        return details;
    }

    @Override
    public void close() {
        closing.countDown();
        timer.shutdown();
        try {
            timer.awaitTermination(lastStep.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        timer.shutdownNow();
    }

    private void run() {
        try {
            work();
        } catch (StorageException | IllegalStateException e) {
            if (!isClosing()) {
                LOG.warn(FAILED, interval.toSeconds(), e.getMessage());
            }
        } catch (Throwable e) {
            OutOfMemoryErrors.note(e);
            LOG.error(FAILED, interval.toSeconds(), e, e);
        }
        try {
            Duration pause = done ? INTERVAL_WHEN_DONE : interval;
            timer.schedule(this::run, pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // closed meanwhile
        }
    }

    private void work() {
        List<OutdatedWords> outdated = outdated();
        done = outdated.isEmpty();
        if (done || !lease.hold()) {
            return;
        }
        LOG.info("indexing older spans again, since this version finds them by other words …");
        try {
            outdated.forEach(words -> words.update(steps));
        } finally {
            lease.release();
        }
        if (!isClosing() && outdated().isEmpty()) {
            done = true;
            LOG.info("older spans are indexed again");
        }
    }

    private List<OutdatedWords> outdated() {
        return database.nodes().stream()
                .map(node -> new OutdatedWords(node, layout))
                .filter(OutdatedWords::exist)
                .toList();
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }
}
