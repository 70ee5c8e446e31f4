package io.llmtrace.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells a command that serves to end, and waits until it has put everything in order. */
public final class StopSignal {

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean serving;

    /** Returns when the command shall end. */
    void await() throws InterruptedException {
        serving = true;
        requested.await();
    }

    /** Asks the command to end. */
    public void request() {
        requested.countDown();
    }

    boolean requested() {
        return requested.getCount() == 0;
    }

    /** The command has ended, and everything that it had open is closed. */
    public void finished() {
        finished.countDown();
    }

    /** Returns when the command has ended; at once if it does not serve, and so needs no more time. */
    public void awaitFinished(Duration timeout) throws InterruptedException {
        if (serving && !finished.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("still at work after " + timeout);
        }
    }
}
