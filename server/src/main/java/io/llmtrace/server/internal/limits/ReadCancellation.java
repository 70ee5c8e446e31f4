package io.llmtrace.server.internal.limits;

import java.util.concurrent.CompletableFuture;

/**
 * Interrupts the thread that reads from the store for a request once the client no longer waits for the answer. Without it, a
 * user who switches between pages of the trace explorer would wait for the queries of pages that are no longer shown.
 */
public final class ReadCancellation implements AutoCloseable {

    private final Thread reader;
    private boolean ended;

    private ReadCancellation(Thread reader) {
        this.reader = reader;
    }

    /** Interrupts the current thread when {@code cancelled} completes, unless the returned object is closed by then. */
    public static ReadCancellation interruptOn(CompletableFuture<?> cancelled) {
        ReadCancellation read = new ReadCancellation(Thread.currentThread());
        cancelled.thenRun(read::interrupt);
        return read;
    }

    private synchronized void interrupt() {
        if (!ended) {
            reader.interrupt();
        }
    }

    /** Ends the read and clears the thread's interrupt flag, since the thread will serve other requests. */
    @Override
    public synchronized void close() {
        ended = true;
        Thread.interrupted();
    }
}
