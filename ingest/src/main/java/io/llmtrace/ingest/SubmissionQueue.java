package io.llmtrace.ingest;

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
 * What waits to be settled, in the order in which it came, and what of it is settled together. While a batch is under way, all that
 * comes is the next one; a second one begins beside it only where so much waits that it is worth a write of its own.
 *
 * <pre>
 *   7 6 5 4 3 wait ──▶ batch 3, 4     while batch 1, 2 is under way
 * </pre>
 *
 * Batches that are under way share no span: so none of them can overtake another one that it must come behind.
 */
final class SubmissionQueue {

    /** Batches that may be under way. */
    static final int MOST_AT_ONCE = 4;

    /** For less, a write of its own costs more than waiting for the one that is under way. */
    private static final long WORTH_A_WRITE_BYTES = 1 << 20;

    private final IngestConfig config;
    private final IngestCounters counters;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Set<Identity> spansUnderWay = new HashSet<>();
    private int batchesUnderWay;
    private long waitingSpans;
    private long waitingBytes;
    private long bytesInFlight;
    private boolean closing;

    SubmissionQueue(IngestConfig config, IngestCounters counters) {
        this.config = config;
        this.counters = counters;
    }

    /** @param done when it is durable, or given back */
    record Waiting(
            Submission submission, long bytes, Set<Identity> spans, long arrivedNanos, CompletableFuture<Void> done) {
        static Waiting of(Submission submission) {
            return new Waiting(
                    submission,
                    submission.bytes(),
                    submission.allSpans().map(Identity::of).collect(Collectors.toSet()),
                    System.nanoTime(),
                    new CompletableFuture<>());
        }
    }

    /**
     * @throws OverloadedException if too much waits already
     * @throws UnavailableException if it takes no more
     */
    synchronized void add(Waiting added) {
        if (closing) {
            throw new UnavailableException("the server is closing; try again");
        }
        if (bytesInFlight > 0 && bytesInFlight + added.bytes > config.maxBytesInFlight()) {
            throw new OverloadedException("too much waits to be stored: " + bytesInFlight + " bytes of "
                    + config.maxBytesInFlight() + "; try again later, or give the process more memory");
        }
        counters.accepted(added.submission.count());
        bytesInFlight += added.bytes;
        waitingBytes += added.bytes;
        waitingSpans += added.submission.count();
        waiting.add(added);
        notifyAll();
    }

    /** Of all that is not settled. */
    synchronized long bytesInFlight() {
        return bytesInFlight;
    }

    /** What is settled next, once there is something that may be; empty when there will be no more. Under way until {@link #left}. */
    synchronized List<Waiting> next() throws InterruptedException {
        while (true) {
            if (waiting.isEmpty() && closing) {
                return List.of();
            }
            if (!mayBegin()) {
                wait();
                continue;
            }
            long linger = lingerNanos();
            if (linger <= 0) {
                return begin();
            }
            wait(linger / 1_000_000, (int) (linger % 1_000_000));
        }
    }

    /** One of a batch is: its memory is free for others. */
    synchronized void settled(Waiting one) {
        bytesInFlight -= one.bytes;
    }

    /** The batch is no longer under way. */
    synchronized void left(List<Waiting> batch) {
        batchesUnderWay--;
        batch.forEach(each -> spansUnderWay.removeAll(each.spans));
        notifyAll();
    }

    /** Takes no more. */
    synchronized void close() {
        closing = true;
        notifyAll();
    }

    private boolean mayBegin() {
        return !waiting.isEmpty()
                && isApart(waiting.element())
                && (batchesUnderWay == 0
                        || (batchesUnderWay < MOST_AT_ONCE && (waitingBytes >= WORTH_A_WRITE_BYTES || isFull())));
    }

    private boolean isApart(Waiting next) {
        return spansUnderWay.isEmpty() || Collections.disjoint(spansUnderWay, next.spans);
    }

    private boolean isFull() {
        return waitingSpans >= config.maxBatchSpans() || waitingBytes >= config.maxBatchBytes();
    }

    /** How long the first is to wait for others still. */
    private long lingerNanos() {
        return closing || batchesUnderWay > 0 || isFull()
                ? 0
                : waiting.element().arrivedNanos + config.linger().toNanos() - System.nanoTime();
    }

    private List<Waiting> begin() {
        List<Waiting> batch = new ArrayList<>();
        long spans = 0;
        long bytes = 0;
        while (!waiting.isEmpty()) {
            Waiting first = waiting.element();
            spans += first.submission.count();
            bytes += first.bytes;
            boolean more = spans <= config.maxBatchSpans() && bytes <= config.maxBatchBytes() && isApart(first);
            if (!batch.isEmpty() && !more) {
                break;
            }
            batch.add(waiting.remove());
            waitingSpans -= first.submission.count();
            waitingBytes -= first.bytes;
        }
        batch.forEach(each -> spansUnderWay.addAll(each.spans));
        batchesUnderWay++;
        return batch;
    }
}
