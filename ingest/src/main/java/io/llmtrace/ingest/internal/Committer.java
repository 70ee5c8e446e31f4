package io.llmtrace.ingest.internal;

import io.llmtrace.ingest.internal.SubmissionQueue.Pending;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.ResultTooLargeException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.spi.OutOfMemoryErrors;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles submissions in the batches that the {@link SubmissionQueue} forms: in the store, or else in the spool.
 *
 * <pre>
 *   submit ──▶ queue ──▶ [ the store accepts it         ] ──▶ done
 *                        [ the store is unavailable, or ] ──▶ spool ──▶ done
 *                        [ the spool is not empty       ]
 *                        [ the store refuses it for good] ──▶ dead letters ──▶ done
 * </pre>
 */
public final class Committer {

    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

    private final SubmissionQueue queue;
    private final StoreWriter store;
    private final IngestCounters counters;
    private final @Nullable Spool spool;
    private final @Nullable DeadLetterFile deadLetters;
    /** The classes of exceptions outside the contract of the store whose stack trace was logged. */
    private final Set<Class<?>> unexpected = ConcurrentHashMap.newKeySet();

    private final List<Thread> threads;

    /**
     * @param spool null if callers get the failures of the store
     * @param deadLetters null if there is no spool
     */
    public Committer(
            SubmissionQueue queue,
            StoreWriter store,
            IngestCounters counters,
            @Nullable Spool spool,
            @Nullable DeadLetterFile deadLetters) {
        this.queue = queue;
        this.store = store;
        this.counters = counters;
        this.spool = spool;
        this.deadLetters = deadLetters;
        this.threads = IntStream.range(0, SubmissionQueue.MAX_CONCURRENT_BATCHES)
                .mapToObj(i -> {
                    Thread thread = new Thread(this::run, "llmtrace-ingest-" + i);
                    thread.setDaemon(true);
                    return thread;
                })
                .toList();
    }

    public void start() {
        threads.forEach(Thread::start);
    }

    /**
     * Queues a submission.
     *
     * @return completes when the submission is durable; fails if it is not, with the reason
     * @throws OverloadedException if too many bytes are waiting already
     */
    public CompletableFuture<Void> submit(Submission submission) {
        Pending pending = Pending.of(submission);
        queue.add(pending);
        return pending.outcome();
    }

    public long bytesInFlight() {
        return queue.bytesInFlight();
    }

    /** Refuses further submissions, and returns once all that were queued are settled. */
    public void close() throws InterruptedException {
        queue.close();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void run() {
        try {
            for (List<Pending> batch = queue.next(); !batch.isEmpty(); batch = queue.next()) {
                try {
                    settle(batch);
                } catch (RuntimeException | Error e) {
                    OutOfMemoryErrors.note(e);
                    LOG.error("an unexpected error fails {} requests", batch.size(), e);
                    batch.stream()
                            .filter(pending -> !pending.outcome().isDone())
                            .forEach(pending -> giveBack(pending, e));
                } finally {
                    queue.batchEnded(batch);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // never happens: nothing interrupts these threads
        }
    }

    private void settle(List<Pending> batch) {
        if (spool == null) {
            storeOrFail(batch);
        } else if (!spool.isEmpty()) {
            spool(batch, spool);
        } else {
            RuntimeException failure = store.writeWithPatience(submissionsOf(batch));
            if (failure == null) {
                spool.forgetRefusal();
                batch.forEach(this::stored);
            } else if (isFinal(failure)) {
                settleOneByOne(batch, spool);
            } else {
                spool(batch, spool);
            }
        }
    }

    /** Stores a batch without a spool: the callers get the failures of the store. */
    private void storeOrFail(List<Pending> batch) {
        RuntimeException failure = store.write(submissionsOf(batch));
        if (failure == null) {
            batch.forEach(this::stored);
        } else if (batch.size() == 1 || !isFinal(failure)) {
            batch.forEach(pending -> giveBack(pending, failure));
        } else {
            batch.forEach(pending -> storeOrFail(List.of(pending)));
        }
    }

    private void spool(List<Pending> batch, Spool target) {
        try {
            target.append(submissionsOf(batch));
            batch.forEach(pending -> end(pending, null));
        } catch (OverloadedException e) {
            // What the store lacks is what to do something about.
            String reason = store.failure();
            OverloadedException both =
                    reason.isEmpty() ? e : new OverloadedException(e.getMessage() + ". The store: " + reason, e);
            batch.forEach(pending -> giveBack(pending, both));
        } catch (StorageException e) {
            batch.forEach(pending -> giveBack(pending, e));
        }
    }

    private void settleOneByOne(List<Pending> batch, Spool target) {
        for (int i = 0; i < batch.size(); i++) {
            Pending pending = batch.get(i);
            try {
                storeOrDeadLetter(pending.submission());
                end(pending, null);
            } catch (StorageException e) {
                // The store has become unavailable since the batch was refused.
                spool(batch.subList(i, batch.size()), target);
                return;
            }
        }
    }

    /**
     * Stores what the store accepts, and adds the rest to the dead letters.
     *
     * @throws StorageException if the failure is temporary, so that the submission must be tried again later
     */
    void storeOrDeadLetter(Submission submission) {
        RuntimeException failure = store.write(List.of(submission));
        if (failure == null) {
            counters.addStored(submission.count());
            return;
        }
        if (!isFinal(failure)) {
            throw failure;
        }
        List<Submission> halves = submission.halves();
        if (halves.isEmpty()) {
            deadLetter(submission, failure);
        } else {
            halves.forEach(this::storeOrDeadLetter);
        }
    }

    private void deadLetter(Submission submission, RuntimeException reason) {
        if (deadLetters == null) {
            throw reason;
        }
        String message = textOf(reason);
        if (reason instanceof StorageException || !unexpected.add(reason.getClass())) {
            LOG.warn("the store refuses {} spans, which go to the dead letters: {}", submission.count(), message);
        } else {
            LOG.error(
                    "the store fails on {} spans, which go to the dead letters: {}",
                    submission.count(),
                    message,
                    reason);
        }
        deadLetters.add(submission, message);
        counters.addDeadLettered(submission.count());
    }

    /** Returns the message of a failure of the store; of one outside its contract also its class and its cause. */
    static String textOf(RuntimeException failure) {
        String message = failure.getMessage();
        if (failure instanceof StorageException && message != null) {
            return message;
        }
        Throwable cause = failure.getCause();
        return cause == null || failure.toString().endsWith(cause.toString())
                ? failure.toString()
                : failure + ", caused by " + cause;
    }

    /**
     * Returns whether the store would fail again in the same way. Unchecked exceptions outside its contract count as permanent;
     * otherwise one of them would block the spool for ever. So does a {@link ResultTooLargeException}, of the look-up of the spans
     * that events belong to: it comes again, however long one waits. An {@link IllegalStateException} does not, since it means that the
     * store is closed.
     */
    public static boolean isFinal(RuntimeException failure) {
        return failure instanceof InvalidRequestException
                || failure instanceof NotSupportedException
                || failure instanceof ResultTooLargeException
                || !(failure instanceof StorageException || failure instanceof IllegalStateException);
    }

    private void stored(Pending pending) {
        counters.addStored(pending.submission().count());
        end(pending, null);
    }

    private void giveBack(Pending pending, Throwable failure) {
        counters.addRejected(pending.submission().count());
        end(pending, failure);
    }

    private void end(Pending pending, @Nullable Throwable failure) {
        queue.settled(pending);
        if (failure == null) {
            pending.outcome().complete(null);
        } else {
            pending.outcome().completeExceptionally(failure);
        }
    }

    private static List<Submission> submissionsOf(List<Pending> batch) {
        return batch.stream().map(Pending::submission).toList();
    }
}
