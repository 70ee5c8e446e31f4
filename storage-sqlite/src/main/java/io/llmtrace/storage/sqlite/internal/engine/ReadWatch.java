package io.llmtrace.storage.sqlite.internal.engine;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends reads that take too long, and those whose thread was interrupted. The driver's {@code setQueryTimeout} does not: it only
 * limits the wait for locks. One timer checks all reads at intervals, since a timer for each would cost more than a short read.
 */
final class ReadWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReadWatch.class);

    private static final long MAX_CHECK_INTERVAL_MS = 200;

    private final Duration timeout;
    private final Set<Run> runs = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer;

    ReadWatch(Duration timeout) {
        this.timeout = timeout;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "llmtrace-sqlite-query-watch");
            thread.setDaemon(true);
            return thread;
        });
        long checkInterval = Math.max(1, Math.min(MAX_CHECK_INTERVAL_MS, timeout.toMillis() / 10));
        timer.scheduleWithFixedDelay(this::check, checkInterval, checkInterval, TimeUnit.MILLISECONDS);
    }

    /** Starts to watch a read on the current thread; closing the result ends that. */
    Run begin(SqliteConnection connection) {
        Run run = new Run(connection);
        runs.add(run);
        return run;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private void check() {
        long now = System.nanoTime();
        for (Run run : runs) {
            if (now - run.start > timeout.toNanos() || run.reader.isInterrupted()) {
                run.interrupt();
            }
        }
    }

    /** One watched read. */
    final class Run implements AutoCloseable {
        private final SqliteConnection connection;
        private final Thread reader = Thread.currentThread();
        private final long start = System.nanoTime();
        private boolean ended;

        private Run(SqliteConnection connection) {
            this.connection = connection;
        }

        /** Interrupts the read unless it has ended: the interrupt would then hit the next read on its connection. */
        private synchronized void interrupt() {
            if (ended) {
                return;
            }
            try {
                connection.interrupt();
            } catch (SQLException e) {
                LOG.warn("a query could not be interrupted", e);
            }
        }

        @Override
        public void close() {
            runs.remove(this);
            synchronized (this) {
                ended = true;
            }
        }
    }
}
