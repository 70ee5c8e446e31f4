package io.llmtrace.server;

import java.util.concurrent.CompletableFuture;

/**
 * Interrupts the thread that reads for a request when nobody waits for the answer any more: who goes from page to page in the
 * trace explorer shall not wait behind what he left.
 */
final class AbandonedRead implements AutoCloseable {

    private final Thread reader;
    private boolean ended;

    private AbandonedRead(Thread reader) {
        this.reader = reader;
    }

    /** Of the current thread, until it closes this. */
    static AbandonedRead watch(CompletableFuture<?> abandoned) {
        AbandonedRead read = new AbandonedRead(Thread.currentThread());
        abandoned.thenRun(read::interrupt);
        return read;
    }

    private synchronized void interrupt() {
        if (!ended) {
            reader.interrupt();
        }
    }

    /** The thread goes on to other requests, and is not to be interrupted in these. */
    @Override
    public synchronized void close() {
        ended = true;
        Thread.interrupted();
    }
}
