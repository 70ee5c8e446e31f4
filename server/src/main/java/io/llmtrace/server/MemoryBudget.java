package io.llmtrace.server;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.util.SafeCloseable;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.llmtrace.storage.OverloadedException;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

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
         * As {@link #take} for what comes in, as it comes: what a slow client has only announced keeps no room from others. One
         * that announces more than there is room for now is turned away at once, and where there is no room later, nothing more
         * of the request is read.
         */
        HttpRequest of(ServiceRequestContext context, HttpRequest request, long copies) {
            long announced = Math.max(0, request.headers().contentLength());
            try {
                take(copies * announced);
                giveBack(copies * announced);
            } catch (RuntimeException e) {
                request.abort(e);
                return request;
            }
            // Not by peekData(): that sees what was collected when it is whole.
            Publisher<HttpObject> counted =
                    subscriber -> request.subscribe(new Counting(this, copies, context, request, subscriber));
            return HttpRequest.of(request.headers(), counted);
        }

        private synchronized void giveBack(long bytes) {
            taken -= bytes;
            used.addAndGet(-bytes);
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                used.addAndGet(-taken);
            }
        }
    }

    /** Passes on what there is room for, within the context of the request, as Armeria does. */
    private record Counting(
            Reservation reserved,
            long copies,
            ServiceRequestContext context,
            HttpRequest request,
            Subscriber<? super HttpObject> subscriber)
            implements Subscriber<HttpObject> {

        @Override
        public void onSubscribe(Subscription subscription) {
            try (SafeCloseable ignored = context.push()) {
                subscriber.onSubscribe(subscription);
            }
        }

        @Override
        public void onNext(HttpObject part) {
            try {
                if (part instanceof HttpData data) {
                    reserved.take(copies * data.length());
                }
            } catch (RuntimeException e) {
                request.abort(e); // which comes back as onError
                return;
            }
            try (SafeCloseable ignored = context.push()) {
                subscriber.onNext(part);
            }
        }

        @Override
        public void onError(Throwable failure) {
            try (SafeCloseable ignored = context.push()) {
                subscriber.onError(failure);
            }
        }

        @Override
        public void onComplete() {
            try (SafeCloseable ignored = context.push()) {
                subscriber.onComplete();
            }
        }
    }
}
