package io.llmtrace.storage.spi;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts the {@link OutOfMemoryError}s of this process. Whoever catches errors to go on notes them here: after one, any thread may
 * have been left without something that it needs, so that only a restart makes sure that everything works.
 */
public final class OutOfMemoryErrors {

    private static final AtomicLong MET = new AtomicLong();

    private OutOfMemoryErrors() {}

    /** Counts an error if it or one of its causes is an {@link OutOfMemoryError}. */
    public static void note(Throwable thrown) {
        for (@Nullable Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError) {
                MET.incrementAndGet();
                return;
            }
        }
    }

    /** Returns how many were noted since the process was started. */
    public static long met() {
        return MET.get();
    }
}
