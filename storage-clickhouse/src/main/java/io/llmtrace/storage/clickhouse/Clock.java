package io.llmtrace.storage.clickhouse;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One thread for what has to be done while others wait for a server. What it is given must not block. */
final class Clock {

    private static final ScheduledThreadPoolExecutor EXECUTOR = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "llmtrace-clickhouse-clock");
        thread.setDaemon(true);
        return thread;
    });

    static {
        EXECUTOR.setRemoveOnCancelPolicy(true);
    }

    private Clock() {}

    static ScheduledFuture<?> after(Duration delay, Runnable task) {
        return EXECUTOR.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Until it is cancelled, or fails. */
    static ScheduledFuture<?> every(Duration delay, Runnable task) {
        return EXECUTOR.scheduleWithFixedDelay(task, delay.toMillis(), delay.toMillis(), TimeUnit.MILLISECONDS);
    }
}
