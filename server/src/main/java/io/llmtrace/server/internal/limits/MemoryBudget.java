package io.llmtrace.server.internal.limits;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.util.SafeCloseable;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.ResultTooLargeException;
import io.llmtrace.storage.spi.ReadMemory;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * The memory that all requests may take together: for their bodies, compressed, decompressed and decoded; or, in a second budget, for
 * what is read to answer them. A request that would exceed it is refused while its body arrives or its answer is read, so that
 * many requests at the same time cannot exhaust the heap. Thread-safe.
 */
public final class MemoryBudget {

    /** How long the read that began first waits for others to give back what it needs. */
    private static final long MAX_WAIT_MS = 5_000;

    private static final long CHECK_MS = 50;

    private final long maxBytes;
    private final AtomicLong used = new AtomicLong();
    /** The reservations for which something is being read, in the order of their beginning. */
    private final Set<Reservation> reading = new LinkedHashSet<>();

    /**
     * Creates an unused budget.
     *
     * @param maxBytes the value of {@code max-request-memory} or {@code max-read-memory}
     */
    public MemoryBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Opens the reservation of one request, which holds nothing yet. */
    public Reservation open() {
        return new Reservation();
    }

    /** Returns the bytes that all open reservations hold. */
    public long used() {
        return used.get();
    }

    /** The memory that one request holds until it is closed. Thread-safe. */
    public final class Reservation implements AutoCloseable {

        private long taken;
        private boolean closed;

        private Reservation() {}

        /**
         * Reserves further bytes for the request. If this throws, earlier bytes stay reserved until the reservation is closed.
         *
         * @throws Failure.FailureException 413 if the whole budget is smaller than what the request takes
         * @throws OverloadedException if there is no room at the moment, or the reservation is closed
         */
        public synchronized void reserve(long bytes) {
            if (bytes > maxBytes - taken) {
                throw Failure.exception(
                        HttpStatus.REQUEST_ENTITY_TOO_LARGE,
                        "request takes " + (taken + bytes) + " bytes of memory; all requests together may take "
                                + maxBytes + " (max-request-memory); send smaller batches");
            }
            if (!tryTake(bytes)) {
                throw new OverloadedException(
                        "the requests being served use all of the " + maxBytes
                                + " bytes that they may take together (max-request-memory); try again later, or send smaller batches");
            }
        }

        private ReadMemory.Budget forAnswer(String instead) {
            return new ReadMemory.Budget() {
                @Override
                public void reserve(long bytes) {
                    takeForAnswer(bytes, instead);
                }

                @Override
                public void release(long bytes) {
                    Reservation.this.release(bytes);
                }
            };
        }

        /**
         * Runs reads whose memory is taken from the reservation. If several read at the same time and there is no room for all, the
         * one that began first waits until the others, which are refused, or answers that have been sent, have given back theirs:
         * so at least one succeeds.
         *
         * @param instead what the client should ask for if there is too much, in the imperative
         */
        public <T> T read(String instead, Supplier<T> reads) {
            synchronized (reading) {
                reading.add(this);
            }
            try {
                return ReadMemory.within(forAnswer(instead), reads);
            } finally {
                synchronized (reading) {
                    reading.remove(this);
                    reading.notifyAll();
                }
            }
        }

        private void takeForAnswer(long bytes, String instead) {
            if (tryTakeForAnswer(bytes, instead) || takeAsFirst(bytes, instead)) {
                return;
            }
            throw new OverloadedException("the answers being sent use all of the " + maxBytes
                    + " bytes of memory that they may take together (max-read-memory); try again later, or " + instead);
        }

        private boolean takeAsFirst(long bytes, String instead) {
            long deadline = System.nanoTime() + MAX_WAIT_MS * 1_000_000;
            try {
                synchronized (reading) {
                    while (reading.iterator().next() == this && !isClosed()) {
                        if (tryTakeForAnswer(bytes, instead)) {
                            return true;
                        }
                        long left = (deadline - System.nanoTime()) / 1_000_000;
                        if (left <= 0) {
                            return false;
                        }
                        reading.wait(Math.min(left, CHECK_MS));
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the client has gone
            }
            return false;
        }

        /** Returns whether the request has ended, with nobody left to read the answer. */
        private synchronized boolean isClosed() {
            return closed;
        }

        private synchronized boolean tryTakeForAnswer(long bytes, String instead) {
            if (bytes > maxBytes - taken) {
                throw new ResultTooLargeException("the answer takes more than the " + maxBytes
                        + " bytes of memory that all answers may take together (max-read-memory); " + instead);
            }
            return tryTake(bytes);
        }

        private boolean tryTake(long bytes) {
            if (closed) {
                return false;
            }
            if (used.addAndGet(bytes) > maxBytes) {
                used.addAndGet(-bytes);
                return false;
            }
            taken += bytes;
            return true;
        }

        /**
         * Wraps the request, so that each part of its body is reserved with {@link #reserve} as it arrives. Bytes that a client
         * has announced but not sent yet are not reserved, so that slow clients take no room from others. The request is
         * aborted before its body is read if its {@code Content-Length} does not fit at that moment, and during the body if a
         * part does not fit.
         *
         * @param copies the bytes to reserve for each byte that arrives, since several copies of it exist at the same time
         */
        public HttpRequest counted(ServiceRequestContext context, HttpRequest request, long copies) {
            long announced = Math.max(0, request.headers().contentLength());
            try {
                reserve(copies * announced);
                release(copies * announced);
            } catch (RuntimeException e) {
                request.abort(e);
                return request;
            }
            // HttpRequest.peekData() would not work: when a body is aggregated, it sees the data only after all of it
            // has arrived.
            Publisher<HttpObject> counted =
                    subscriber -> request.subscribe(new Counting(this, copies, context, request, subscriber));
            return HttpRequest.of(request.headers(), counted);
        }

        /** Releases bytes that were reserved, before the request ends. */
        public synchronized void release(long bytes) {
            if (closed) {
                return;
            }
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

    /** Reserves memory for each part before passing it on. Pushes the request's context for each signal, as Armeria does. */
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
                    reserved.reserve(copies * data.length());
                }
            } catch (RuntimeException e) {
                request.abort(e); // the subscriber gets it through onError
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
