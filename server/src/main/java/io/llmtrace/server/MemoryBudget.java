package io.llmtrace.server;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import io.llmtrace.storage.OverloadedException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that bodies of requests may take together, compressed, decompressed and decoded. A request that would go beyond it
 * is turned away while it comes in, to be tried again: many that come at once must not take all memory.
 */
final class MemoryBudget {

    private final long maxBytes;
    private final AtomicLong used = new AtomicLong();

    MemoryBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** What one request takes. */
    Reservation open() {
        return new Reservation();
    }

    long used() {
        return used.get();
    }

    /** Thread-safe. */
    final class Reservation implements AutoCloseable {

        private long taken;
        private boolean closed;

        private Reservation() {}

        /**
         * @throws Failure.FailureException 413 if there will never be room for so much
         * @throws OverloadedException if there is no room now, or the reservation is closed; what was taken stays taken until it is
         *     closed
         */
        synchronized void take(long bytes) {
            if (bytes > maxBytes) {
                throw Failure.exception(
                        HttpStatus.REQUEST_ENTITY_TOO_LARGE,
                        "request takes " + bytes + " bytes of memory, and all together may take " + maxBytes
                                + " (max-request-memory); send smaller batches");
            }
            if (closed || used.addAndGet(bytes) > maxBytes) {
                if (!closed) {
                    used.addAndGet(-bytes);
                }
                throw new OverloadedException(
                        "requests under way take all of the " + maxBytes
                                + " bytes that they may take together (max-request-memory); try again later, or send smaller batches");
            }
            taken += bytes;
        }

        /**
         * As {@link #take} for what comes in, at once where the request says how long it is: what has been read of many that are
         * turned away in the middle would fill the memory. Where there is no room, nothing more of the request is read.
         */
        HttpRequest of(HttpRequest request, long copies) {
            long announced = request.headers().contentLength();
            if (announced > 0) {
                try {
                    take(copies * announced);
                    return request;
                } catch (RuntimeException e) {
                    request.abort(e);
                    return request;
                }
            }
            return request.peekData(data -> {
                try {
                    take(copies * data.length());
                } catch (RuntimeException e) {
                    request.abort(e);
                    throw e;
                }
            });
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                used.addAndGet(-taken);
            }
        }
    }
}
