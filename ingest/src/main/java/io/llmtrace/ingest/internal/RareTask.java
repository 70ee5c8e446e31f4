package io.llmtrace.ingest.internal;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A task that is requested often, but runs rarely: a request is fulfilled at once if the last run was long ago, and later otherwise. */
final class RareTask {

    private final Runnable task;
    private final long pauseNanos;
    private final LongSupplier clock;
    private boolean requested;
    private long notBefore;

    /** @param clock such as {@link System#nanoTime} */
    RareTask(Runnable task, Duration pause, LongSupplier clock) {
        this.task = task;
        this.pauseNanos = pause.toNanos();
        this.clock = clock;
        this.notBefore = clock.getAsLong();
    }

    /** Asks for a run that starts after this. */
    void request() {
        requested = true;
    }

    boolean isRequested() {
        return requested;
    }

    /** Returns how long the next run must wait, in nanoseconds; 0 if it may start. */
    long nanosLeft() {
        return Math.max(0, notBefore - clock.getAsLong());
    }

    /** Runs the task if that was requested and the pause is over. */
    void runIfDue() {
        if (requested && nanosLeft() == 0) {
            requested = false;
            notBefore = clock.getAsLong() + pauseNanos;
            task.run();
        }
    }
}
