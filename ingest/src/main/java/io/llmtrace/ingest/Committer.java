package io.llmtrace.ingest;

import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.UnavailableException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles what was handed in, in the order in which it came: in the store, or else in the spool. What waits while one batch is
 * being stored is the next batch.
 *
 * <pre>
 *   submit ──▶ queue ──▶ [ store takes it ]            ──▶ done
 *                        [ store is away, or spool has  ] ──▶ spool ──▶ done
 *                        [ something of before          ]
 *                        [ store will never take it ]  ──▶ dead letters ──▶ done
 * </pre>
 */
final class Committer {

    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

    private final IngestConfig config;
    private final StoreAccess store;
    private final IngestCounters counters;
    private final @Nullable Spool spool;
    private final @Nullable DeadLetters deadLetters;
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private final Thread thread;
    private long bytesInFlight;
    private boolean closing;

    Committer(
            IngestConfig config,
            StoreAccess store,
            IngestCounters counters,
            @Nullable Spool spool,
            @Nullable DeadLetters deadLetters) {
        this.config = config;
        this.store = store;
        this.counters = counters;
        this.spool = spool;
        this.deadLetters = deadLetters;
        this.thread = new Thread(this::run, "llmtrace-ingest");
        thread.setDaemon(true);
    }

    private record Waiting(Submission submission, long bytes, long arrivedNanos, CompletableFuture<Void> done) {}

    void start() {
        thread.start();
    }

    /**
     * @return done when it is durable, or given back
     * @throws OverloadedException if too much waits already
     */
    synchronized CompletableFuture<Void> submit(Submission submission) {
        if (closing) {
            throw new UnavailableException("the server is closing; try again");
        }
        long bytes = submission.bytes();
        if (bytesInFlight > 0 && bytesInFlight + bytes > config.maxBytesInFlight()) {
            throw new OverloadedException("too much waits to be stored: " + bytesInFlight + " bytes of "
                    + config.maxBytesInFlight() + "; try again later, or give the process more memory");
        }
        bytesInFlight += bytes;
        counters.accepted(submission.count());
        Waiting waiting = new Waiting(submission, bytes, System.nanoTime(), new CompletableFuture<>());
        queue.add(waiting);
        notifyAll();
        return waiting.done;
    }

    synchronized long bytesInFlight() {
        return bytesInFlight;
    }

    /** Takes no more, and returns when all that waited is settled. */
    void close() throws InterruptedException {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        thread.join();
    }

    private void run() {
        try {
            for (List<Waiting> batch = next(); !batch.isEmpty(); batch = next()) {
                try {
                    settle(batch);
                } catch (RuntimeException | Error e) {
                    LOG.error("{} requests are given back", batch.size(), e);
                    batch.forEach(waiting -> giveBack(waiting, e));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does that; the queue would be left
        }
    }

    /** What is settled next; empty when there will be no more. */
    private synchronized List<Waiting> next() throws InterruptedException {
        while (queue.isEmpty()) {
            if (closing) {
                return List.of();
            }
            wait();
        }
        lingerForMore();
        List<Waiting> batch = new ArrayList<>();
        long spans = 0;
        long bytes = 0;
        while (!queue.isEmpty()) {
            Waiting first = queue.element();
            spans += first.submission.count();
            bytes += first.bytes;
            if (!batch.isEmpty() && (spans > config.maxBatchSpans() || bytes > config.maxBatchBytes())) {
                break;
            }
            batch.add(queue.remove());
        }
        return batch;
    }

    private void lingerForMore() throws InterruptedException {
        long until = queue.element().arrivedNanos + config.linger().toNanos();
        for (long left = until - System.nanoTime();
                left > 0 && !closing && !isFull();
                left = until - System.nanoTime()) {
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
    }

    private boolean isFull() {
        return queue.stream().mapToLong(waiting -> waiting.submission.count()).sum() >= config.maxBatchSpans()
                || bytesInFlight >= config.maxBatchBytes();
    }

    private void settle(List<Waiting> batch) {
        if (spool == null) {
            store(batch);
        } else if (!spool.isEmpty()) {
            spool(batch, spool);
        } else {
            RuntimeException failure = store.tryWithPatience(submissionsOf(batch));
            if (failure == null) {
                batch.forEach(this::done);
            } else if (isFinal(failure)) {
                settleOneByOne(batch, spool);
            } else {
                spool(batch, spool);
            }
        }
    }

    /** Without a spool, what the store says is the caller's. */
    private void store(List<Waiting> batch) {
        RuntimeException failure = store.tryFor(submissionsOf(batch));
        if (failure == null) {
            batch.forEach(this::done);
        } else if (batch.size() == 1 || !isFinal(failure)) {
            batch.forEach(waiting -> giveBack(waiting, failure));
        } else {
            batch.forEach(waiting -> store(List.of(waiting)));
        }
    }

    private void spool(List<Waiting> batch, Spool to) {
        try {
            to.append(submissionsOf(batch));
            batch.forEach(waiting -> end(waiting, null));
        } catch (StorageException e) {
            batch.forEach(waiting -> giveBack(waiting, e));
        }
    }

    private void settleOneByOne(List<Waiting> batch, Spool to) {
        for (int i = 0; i < batch.size(); i++) {
            Waiting waiting = batch.get(i);
            try {
                storeOrBury(waiting.submission);
                end(waiting, null);
            } catch (StorageException e) {
                // The store has gone away in between.
                spool(batch.subList(i, batch.size()), to);
                return;
            }
        }
    }

    /**
     * Stores what the store takes, and puts the rest among the dead letters.
     *
     * @throws StorageException if that is not to be known now
     */
    void storeOrBury(Submission submission) {
        RuntimeException failure = store.tryFor(List.of(submission));
        if (failure == null) {
            counters.stored(submission.count());
            return;
        }
        if (!isFinal(failure)) {
            throw failure;
        }
        List<Submission> halves = submission.halves();
        if (halves.isEmpty()) {
            bury(submission, failure);
        } else {
            halves.forEach(this::storeOrBury);
        }
    }

    private void bury(Submission submission, RuntimeException reason) {
        if (deadLetters == null) {
            throw reason;
        }
        String said = String.valueOf(reason.getMessage());
        LOG.warn("{} spans are among the dead letters: {}", submission.count(), said);
        deadLetters.add(submission, said);
        counters.deadLettered(submission.count());
    }

    /** Whether the store will say the same again: of what it says of itself, only that it is closed passes. */
    static boolean isFinal(RuntimeException failure) {
        return failure instanceof InvalidRequestException
                || failure instanceof NotSupportedException
                || !(failure instanceof StorageException || failure instanceof IllegalStateException);
    }

    private void done(Waiting waiting) {
        counters.stored(waiting.submission.count());
        end(waiting, null);
    }

    private void giveBack(Waiting waiting, Throwable failure) {
        counters.rejected(waiting.submission.count());
        end(waiting, failure);
    }

    private void end(Waiting waiting, @Nullable Throwable failure) {
        synchronized (this) {
            bytesInFlight -= waiting.bytes;
        }
        if (failure == null) {
            waiting.done.complete(null);
        } else {
            waiting.done.completeExceptionally(failure);
        }
    }

    private static List<Submission> submissionsOf(List<Waiting> batch) {
        return batch.stream().map(Waiting::submission).toList();
    }
}
