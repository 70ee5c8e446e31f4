package io.llmtrace.ingest;

import io.llmtrace.ingest.SubmissionQueue.Waiting;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.StorageException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles what was handed in, batch by batch as the {@link SubmissionQueue} gives them: in the store, or else in the spool.
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

    private final StoreAccess store;
    private final IngestCounters counters;
    private final @Nullable Spool spool;
    private final @Nullable DeadLetters deadLetters;
    private final SubmissionQueue queue;
    private final List<Thread> threads;

    Committer(
            IngestConfig config,
            StoreAccess store,
            IngestCounters counters,
            @Nullable Spool spool,
            @Nullable DeadLetters deadLetters) {
        this.queue = new SubmissionQueue(config, counters);
        this.store = store;
        this.counters = counters;
        this.spool = spool;
        this.deadLetters = deadLetters;
        this.threads = IntStream.range(0, SubmissionQueue.MOST_AT_ONCE)
                .mapToObj(i -> {
                    Thread thread = new Thread(this::run, "llmtrace-ingest-" + i);
                    thread.setDaemon(true);
                    return thread;
                })
                .toList();
    }

    void start() {
        threads.forEach(Thread::start);
    }

    /**
     * @return done when it is durable, or given back
     * @throws OverloadedException if too much waits already
     */
    CompletableFuture<Void> submit(Submission submission) {
        Waiting waiting = Waiting.of(submission);
        queue.add(waiting);
        return waiting.done();
    }

    long bytesInFlight() {
        return queue.bytesInFlight();
    }

    /** Takes no more, and returns when all that waited is settled. */
    void close() throws InterruptedException {
        queue.close();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void run() {
        try {
            for (List<Waiting> batch = queue.next(); !batch.isEmpty(); batch = queue.next()) {
                try {
                    settle(batch);
                } catch (RuntimeException | Error e) {
                    LOG.error("{} requests are given back", batch.size(), e);
                    batch.stream().filter(waiting -> !waiting.done().isDone()).forEach(waiting -> giveBack(waiting, e));
                } finally {
                    queue.left(batch);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does that; the queue would be left
        }
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
                storeOrBury(waiting.submission());
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
        counters.stored(waiting.submission().count());
        end(waiting, null);
    }

    private void giveBack(Waiting waiting, Throwable failure) {
        counters.rejected(waiting.submission().count());
        end(waiting, failure);
    }

    private void end(Waiting waiting, @Nullable Throwable failure) {
        queue.settled(waiting);
        if (failure == null) {
            waiting.done().complete(null);
        } else {
            waiting.done().completeExceptionally(failure);
        }
    }

    private static List<Submission> submissionsOf(List<Waiting> batch) {
        return batch.stream().map(Waiting::submission).toList();
    }
}
