package io.llmtrace.ingest;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps two writes of the same span apart. A write takes all of its spans at once or waits, so that no two can wait for each
 * other; writes of different spans run side by side.
 */
final class IdentityLocks {

    private final Set<Identity> held = new HashSet<>();

    <T extends @Nullable Object> T holding(Collection<Identity> identities, Supplier<T> work) {
        acquire(identities);
        try {
            return work.get();
        } finally {
            release(identities);
        }
    }

    private synchronized void acquire(Collection<Identity> identities) {
        boolean interrupted = false;
        while (!Collections.disjoint(identities, held)) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true; // the holder finishes soon; the write itself decides what an interrupt means
            }
        }
        held.addAll(identities);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void release(Collection<Identity> identities) {
        identities.forEach(held::remove);
        notifyAll();
    }
}
