package io.llmtrace.ingest.internal;

import io.llmtrace.storage.UnavailableException;
import java.time.Duration;

/**
 * How long a delete waits until nothing is being written. That is longer than spans wait, since a delete cannot go to the spool instead:
 * a store that takes longer than the patience for each batch of the spool would never be free in time.
 *
 * @param whole the time from the beginning
 * @param endNanos when it is over, by {@link System#nanoTime}
 */
record DeletePatience(Duration whole, long endNanos) {

    private static final int FACTOR = 4;

    /** Begins to wait. */
    static DeletePatience of(Duration storePatience) {
        Duration whole = storePatience.multipliedBy(FACTOR);
        return new DeletePatience(whole, System.nanoTime() + whole.toNanos());
    }

    long nanosLeft() {
        return endNanos - System.nanoTime();
    }

    /** Returns the exception for a delete whose patience is over. */
    UnavailableException over() {
        return new UnavailableException("the store has not ended what it is writing within " + whole.toMillis()
                + " ms (" + FACTOR + " times store-patience-ms); try again later");
    }
}
