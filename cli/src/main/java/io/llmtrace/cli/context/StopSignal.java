package io.llmtrace.cli.context;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Tells a command that runs a server to end, and lets its process wait until it has ended. Thread-safe. */
public final class StopSignal {

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Consumer<StopSignal> onServing;
    private boolean serving;

    public StopSignal() {
        this(stop -> {});
    }

    /** @param onServing called when a command begins to serve, to bring about that {@link #request} is called when it should end */
    public StopSignal(Consumer<StopSignal> onServing) {
        this.onServing = onServing;
    }

    /** Says that the command serves: from here on, it ends only when it is asked to, and then cleanly. */
    public synchronized void beginServing() {
        if (!serving) {
            serving = true;
            onServing.accept(this);
        }
    }

    /** Waits until the command is asked to end. */
    public void await() throws InterruptedException {
        beginServing();
        requested.await();
    }

    /** Asks the command to end. */
    public void request() {
        requested.countDown();
    }

    /** Reports that the command has ended and has closed all its resources. */
    public void finished() {
        finished.countDown();
    }

    /** Waits until the command has ended, and returns whether it has. Returns immediately if it does not serve. */
    public boolean awaitFinished(Duration timeout) throws InterruptedException {
        synchronized (this) {
            if (!serving) {
                return true;
            }
        }
        return finished.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }
}
