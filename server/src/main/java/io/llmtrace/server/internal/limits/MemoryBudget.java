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
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * The memory that all requests may take together: for their bodies, compressed, decompressed and decoded; or, in a second budget, for
 * what is read to answer them. A request that would exceed it is refused while its body arrives or its answer is read, so that
 * many requests at the same time cannot exhaust the heap. Thread-safe.
 */
public final class MemoryBudget {

    /**
     * How long the read that began first waits for others to give back what it needs, and how long a body waits for its turn and for
     * room. Exporters give up on a request after 10 s by default.
     */
    private static final long MAX_WAIT_MS = 5_000;

    /** So many bodies wait at most, each on a thread of its own; further ones are refused at once. */
    private static final int MAX_WAITING = 32;

    private static final long CHECK_MS = 50;

    private final long maxBytes;
    private final AtomicLong used = new AtomicLong();

    /** The reservations that grow while an answer is read or a body is decoded, in the order of their beginning. */
    private final Set<Reservation> growing = new LinkedHashSet<>();

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

        /** Until when {@link #reserve} waits for room, by {@link System#nanoTime}; null if it does not wait. */
        private volatile @Nullable Long waitsUntil;

        private Reservation() {}

        /**
         * Reserves further bytes for the request. If this throws, earlier bytes stay reserved until the reservation is closed.
         *
         * @throws Failure.FailureException 413 if the whole budget is smaller than what the request takes
         * @throws OverloadedException if there is no room at the moment, or, within {@link #decode}, for a while; or the reservation is closed
         */
        public void reserve(long bytes) {
            Long until = waitsUntil;
            if (tryReserve(bytes) || (until != null && waitAsFirst(until, () -> tryReserve(bytes)))) {
                return;
            }
            throw new OverloadedException(
                    "the requests being served use all of the " + maxBytes
                            + " bytes that they may take together (max-request-memory); try again later, or send smaller batches");
        }

        private synchronized boolean tryReserve(long bytes) {
            if (bytes > maxBytes - taken) {
                throw Failure.exception(
                        HttpStatus.REQUEST_ENTITY_TOO_LARGE,
                        "request takes " + (taken + bytes) + " bytes of memory; all requests together may take "
                                + maxBytes + " (max-request-memory); send smaller batches");
            }
            return tryTake(bytes);
        }

        /**
         * Decodes a body, during which {@link #reserve} is called step by step. If several bodies are decoded at the same time and
         * there is no room for all, the one that began first waits until the others have given back what it needs. Any other gives
         * back what it has reserved for its decoding, waits until it is the first, and begins again. So they are decoded one after
         * another, as long as none waits for more than {@value #MAX_WAIT_MS} ms. The calling thread must be one that may wait.
         *
         * @param decoding may run several times
         * @throws OverloadedException if there is no room for so long, or too many wait already
         */
        public <T> T decode(Supplier<T> decoding) {
            long until = System.nanoTime() + MAX_WAIT_MS * 1_000_000;
            synchronized (growing) {
                growing.add(this);
                waitsUntil = growing.size() > MAX_WAITING ? null : until;
            }
            try {
                while (true) {
                    long before = taken();
                    try {
                        return decoding.get();
                    } catch (OverloadedException e) {
                        release(taken() - before);
                        if (waitsUntil == null || !awaitTurn(until)) {
                            throw e;
                        }
                    }
                }
            } finally {
                waitsUntil = null;
                endGrowing();
            }
        }

        /** Waits for the reservations that began to grow earlier. Returns whether there is still time to try again. */
        private boolean awaitTurn(long until) {
            try {
                synchronized (growing) {
                    while (!isFirst() && !isClosed()) {
                        if (!waitForOthers(until)) {
                            return false;
                        }
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return !isClosed()
                    && System.nanoTime() - until < 0
                    && !Thread.currentThread().isInterrupted();
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
            synchronized (growing) {
                growing.add(this);
            }
            try {
                return ReadMemory.within(forAnswer(instead), reads);
            } finally {
                endGrowing();
            }
        }

        private void endGrowing() {
            synchronized (growing) {
                growing.remove(this);
                growing.notifyAll();
            }
        }

        private void takeForAnswer(long bytes, String instead) {
            long until = System.nanoTime() + MAX_WAIT_MS * 1_000_000;
            if (tryTakeForAnswer(bytes, instead) || waitAsFirst(until, () -> tryTakeForAnswer(bytes, instead))) {
                return;
            }
            throw new OverloadedException("the answers being sent use all of the " + maxBytes
                    + " bytes of memory that they may take together (max-read-memory); try again later, or " + instead);
        }

        /** Tries to take memory until a time, as long as no other reservation that grows has begun earlier. */
        private boolean waitAsFirst(long until, BooleanSupplier attempt) {
            try {
                synchronized (growing) {
                    while (isFirst() && !isClosed()) {
                        if (attempt.getAsBoolean()) {
                            return true;
                        }
                        if (!waitForOthers(until)) {
                            return false;
                        }
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the client has gone
            }
            return false;
        }

        /** Waits a moment; returns false if the time is over. To be called with the lock on {@link #growing}. */
        private boolean waitForOthers(long until) throws InterruptedException {
            long left = (until - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            growing.wait(Math.min(left, CHECK_MS));
            return true;
        }

        private boolean isFirst() {
            Iterator<Reservation> all = growing.iterator();
            return all.hasNext() && all.next() == this;
        }

        private synchronized long taken() {
            return taken;
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
