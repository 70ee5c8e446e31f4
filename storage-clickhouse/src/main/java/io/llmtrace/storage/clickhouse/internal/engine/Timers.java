package io.llmtrace.storage.clickhouse.internal.engine;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One daemon thread for timeouts and periodic checks of all open repositories. Tasks must not block. */
final class Timers {

    private static final ScheduledThreadPoolExecutor EXECUTOR = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "llmtrace-clickhouse-timers");
        thread.setDaemon(true);
        return thread;
    });

    static {
        EXECUTOR.setRemoveOnCancelPolicy(true);
    }

    private Timers() {}

    static ScheduledFuture<?> after(Duration delay, Runnable task) {
        return EXECUTOR.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Runs a task again and again, until it is cancelled or throws. */
    static ScheduledFuture<?> every(Duration delay, Runnable task) {
        return EXECUTOR.scheduleWithFixedDelay(task, delay.toMillis(), delay.toMillis(), TimeUnit.MILLISECONDS);
    }
}
