package io.llmtrace.storage.sqlite;

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
 * Ends queries that take too long, and those whose thread was interrupted. The driver's own {@code setQueryTimeout} only sets how long to wait for locks. All
 * queries are looked at from time to time: an alarm for each would cost more than a short query.
 */
final class QueryWatch implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(QueryWatch.class);

    private static final long MOST_BETWEEN_LOOKS_MS = 200;

    private final Duration timeout;
    private final Set<Run> runs = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer;

    QueryWatch(Duration timeout) {
        this.timeout = timeout;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "llmtrace-sqlite-query-watch");
            thread.setDaemon(true);
            return thread;
        });
        long betweenLooks = Math.max(1, Math.min(MOST_BETWEEN_LOOKS_MS, timeout.toMillis() / 10));
        timer.scheduleWithFixedDelay(this::look, betweenLooks, betweenLooks, TimeUnit.MILLISECONDS);
    }

    Run begin(Session session) {
        Run run = new Run(session);
        runs.add(run);
        return run;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private void look() {
        long now = System.nanoTime();
        for (Run run : runs) {
            if (now - run.start > timeout.toNanos() || run.reader.isInterrupted()) {
                run.interrupt();
            }
        }
    }

    /** One watched query. */
    final class Run implements AutoCloseable {
        private final Session session;
        private final Thread reader = Thread.currentThread();
        private final long start = System.nanoTime();
        private boolean ended;

        private Run(Session session) {
            this.session = session;
        }

        /** Not after the end: the interrupt would hit the next query on that connection. */
        private synchronized void interrupt() {
            if (ended) {
                return;
            }
            try {
                session.interrupt();
            } catch (SQLException e) {
                log.warn("query could not be interrupted", e);
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
