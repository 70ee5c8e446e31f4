package io.llmtrace.storage.sqlite;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends queries that take too long. The driver's own {@code setQueryTimeout} only sets how long to wait for locks. */
final class QueryWatch implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(QueryWatch.class);

    private final Duration timeout;
    private final ScheduledThreadPoolExecutor timer;

    QueryWatch(Duration timeout) {
        this.timeout = timeout;
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "llmtrace-sqlite-query-watch");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    Run begin(Session session) {
        return new Run(session);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** One watched query. */
    final class Run implements AutoCloseable {
        private final Session session;
        private final ScheduledFuture<?> alarm;
        private boolean ended;

        private Run(Session session) {
            this.session = session;
            this.alarm = timer.schedule(this::interrupt, timeout.toMillis(), TimeUnit.MILLISECONDS);
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
        public synchronized void close() {
            ended = true;
            alarm.cancel(false);
        }
    }
}
