package io.llmtrace.ingest.internal;

import io.llmtrace.model.SpanKey;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.UnavailableException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * The submissions that wait to be settled, in their order of arrival, and the batches that they are settled in. Everything that
 * arrives while a batch is in flight forms the next one. A second batch starts concurrently only when enough is waiting to
 * justify a separate write.
 *
 * <pre>
 *   7 6 5 4 3 wait ──▶ batch 3, 4     while batch 1, 2 is in flight
 * </pre>
 *
 * Batches that are in flight at the same time have no span in common, so it does not matter which of them ends first.
 * Thread-safe.
 */
public final class SubmissionQueue {

    /** How many batches may be in flight. */
    static final int MAX_CONCURRENT_BATCHES = 4;

    /** With fewer waiting bytes than this, a concurrent write costs more than waiting for the batch in flight. */
    private static final long MIN_CONCURRENT_BYTES = 1 << 20;

    private final BatchLimits limits;
    private final IngestCounters counters;
    private final Deque<Pending> waiting = new ArrayDeque<>();
    private final Set<SpanKey> spansInFlight = new HashSet<>();
    private int batchesInFlight;
    private long waitingSpans;
    private long waitingBytes;
    private long bytesInFlight;
    private boolean closing;

    public SubmissionQueue(BatchLimits limits, IngestCounters counters) {
        this.limits = limits;
        this.counters = counters;
    }

    /**
     * A submission that is not settled yet.
     *
     * @param bytes estimate of its size in memory
     * @param spans the keys of its spans
     * @param outcome completes when the submission is durable, or fails when it is given back to its caller
     */
    record Pending(
            Submission submission, long bytes, Set<SpanKey> spans, long arrivedNanos, CompletableFuture<Void> outcome) {
        static Pending of(Submission submission) {
            return new Pending(
                    submission,
                    submission.bytes(),
                    submission.allSpans().map(SpanKey::of).collect(Collectors.toSet()),
                    System.nanoTime(),
                    new CompletableFuture<>());
        }
    }

    /**
     * Appends a submission.
     *
     * @throws OverloadedException if too many bytes are waiting already
     * @throws UnavailableException if the queue is closed
     */
    synchronized void add(Pending added) {
        if (closing) {
            throw new UnavailableException("the server is closing; try again");
        }
        if (bytesInFlight > 0 && bytesInFlight + added.bytes > limits.maxBytesInFlight()) {
            throw new OverloadedException("too many bytes wait to be stored: " + bytesInFlight + " of "
                    + limits.maxBytesInFlight() + "; try again later, or give the process a larger heap");
        }
        counters.addAccepted(added.submission.count());
        bytesInFlight += added.bytes;
        waitingBytes += added.bytes;
        waitingSpans += added.submission.count();
        waiting.add(added);
        notifyAll();
    }

    /** Returns the bytes of all submissions that are not settled. */
    synchronized long bytesInFlight() {
        return bytesInFlight;
    }

    /**
     * Waits for the next batch that can start, and returns it; empty once the queue is closed and drained. The batch is in flight
     * until {@link #batchEnded}.
     */
    synchronized List<Pending> next() throws InterruptedException {
        while (true) {
            if (waiting.isEmpty() && closing) {
                return List.of();
            }
            if (!canStart()) {
                wait();
                continue;
            }
            long linger = lingerNanos();
            if (linger <= 0) {
                return start();
            }
            wait(linger / 1_000_000, (int) (linger % 1_000_000));
        }
    }

    /** Releases the memory of a submission that is settled, before the rest of its batch is. */
    synchronized void settled(Pending one) {
        bytesInFlight -= one.bytes;
    }

    /** Ends a batch, so that others with the same spans can start. */
    synchronized void batchEnded(List<Pending> batch) {
        batchesInFlight--;
        batch.forEach(each -> spansInFlight.removeAll(each.spans));
        notifyAll();
    }

    /** Refuses further submissions. {@link #next} still returns those that are waiting. */
    synchronized void close() {
        closing = true;
        notifyAll();
    }

    private boolean canStart() {
        return !waiting.isEmpty()
                && hasNoSpanInFlight(waiting.element())
                && (batchesInFlight == 0
                        || (batchesInFlight < MAX_CONCURRENT_BATCHES
                                && (waitingBytes >= MIN_CONCURRENT_BYTES || isFull())));
    }

    private boolean hasNoSpanInFlight(Pending next) {
        return spansInFlight.isEmpty() || Collections.disjoint(spansInFlight, next.spans);
    }

    private boolean isFull() {
        return waitingSpans >= limits.maxSpans() || waitingBytes >= limits.maxBytes();
    }

    /** Returns how long the first submission still waits for others, in nanoseconds. */
    private long lingerNanos() {
        return closing || batchesInFlight > 0 || isFull()
                ? 0
                : waiting.element().arrivedNanos + limits.linger().toNanos() - System.nanoTime();
    }

    private List<Pending> start() {
        List<Pending> batch = new ArrayList<>();
        long spans = 0;
        long bytes = 0;
        while (!waiting.isEmpty()) {
            Pending first = waiting.element();
            spans += first.submission.count();
            bytes += first.bytes;
            boolean fits = spans <= limits.maxSpans() && bytes <= limits.maxBytes() && hasNoSpanInFlight(first);
            if (!batch.isEmpty() && !fits) {
                break;
            }
            batch.add(waiting.remove());
            waitingSpans -= first.submission.count();
            waitingBytes -= first.bytes;
        }
        batch.forEach(each -> spansInFlight.addAll(each.spans));
        batchesInFlight++;
        return batch;
    }
}
