package io.llmtrace.storage.clickhouse;

import com.clickhouse.client.api.ServerException;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.StorageException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches, one at a time. What comes while an insert is under way is written together with the next:
 *
 * <pre>
 *   caller 1  ──▶ [ insert ············ ]
 *   caller 2     ──▶ waits ············ [ insert of 2 and 3 ······ ]
 *   caller 3         ──▶ waits ········ (by caller 2)
 * </pre>
 *
 * One at a time also gives the writes of this process an order: each has a higher version than all before it.
 */
final class SpanWriter implements AutoCloseable {

    private final Database database;
    private final ReentrantLock lane = new ReentrantLock(true);
    private final Deque<Pending> waiting = new ArrayDeque<>();

    private final ExecutorService beside = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "llmtrace-clickhouse-places");
        thread.setDaemon(true);
        return thread;
    });

    private final Versions versions;

    SpanWriter(Database database, Versions versions) {
        this.database = database;
        this.versions = versions;
    }

    /** Returns when the batch is durable; if it throws, nothing of it is visible. */
    void write(Batch batch) {
        database.requireOpen();
        long limit = (long) database.settings().maxBatchMb() << 20;
        if (batch.bytes() > limit) {
            throw new InvalidRequestException("a call's spans take more than max_batch_mb ("
                    + database.settings().maxBatchMb() + "): " + batch.bytes() + " bytes. Write them in smaller calls");
        }
        Pending mine = new Pending(batch);
        synchronized (waiting) {
            waiting.add(mine);
        }
        lane.lock();
        try {
            if (!mine.done) {
                writeWaiting(limit);
            }
        } finally {
            lane.unlock();
        }
        if (mine.failure != null) {
            throw mine.failure;
        }
    }

    /** Runs between two writes, with a version of its own: higher than that of every write before. */
    <T> T exclusively(LongFunction<T> work) {
        lane.lock();
        try {
            return work.apply(versions.next());
        } finally {
            lane.unlock();
        }
    }

    private void writeWaiting(long limit) {
        List<Pending> together = new ArrayList<>();
        long bytes = 0;
        synchronized (waiting) {
            while (!waiting.isEmpty()
                    && (together.isEmpty() || bytes + waiting.peek().batch.bytes() <= limit)) {
                Pending next = waiting.remove();
                bytes += next.batch.bytes();
                together.add(next);
            }
        }
        StorageException failure = insert(together);
        // Where no server answered, each by itself would wait for as long again.
        boolean answered = failure != null && failure.getCause() instanceof ServerException;
        if (together.size() == 1 || !answered) {
            together.forEach(pending -> pending.end(failure));
            return;
        }
        // One of them may be what the server refuses: that must not fail the others.
        together.forEach(pending -> pending.end(insert(List.of(pending))));
    }

    private @Nullable StorageException insert(List<Pending> together) {
        long first = versions.begin();
        long highest = first;
        Map<Batch.RowKey, Integer> seen = Batch.noneSeen();
        for (Pending pending : together) {
            highest = Math.max(highest, pending.batch.setVersions(first, seen));
        }
        try {
            insertBoth(together);
            return null;
        } catch (StorageException e) {
            return e;
        } finally {
            versions.end(highest);
        }
    }

    /**
     * Rows are sent while their places are written, but not to the end: what is not complete is no insert. So there are never
     * rows without places. Where both fail, the failure of the places is thrown.
     */
    private void insertBoth(List<Pending> together) {
        database.requireOpen(); // or there is no thread any more
        CompletableFuture<Void> places = CompletableFuture.runAsync(
                () -> database.insert(
                        "places", Batch.PLACE_COLUMNS, out -> writeAll(together, Batch::writePlaces, out)),
                beside);
        try {
            database.insert("spans", Batch.ROW_COLUMNS, out -> {
                HeldBackOutput rows = new HeldBackOutput(out);
                writeAll(together, Batch::writeRows, rows);
                await(places);
                rows.release();
            });
        } catch (StorageException rowsFailed) {
            StorageException placesFailed = failureOf(places);
            throw placesFailed != null ? placesFailed : rowsFailed;
        } finally {
            failureOf(places);
        }
    }

    /** Waits for the end of {@code places}. */
    private static @Nullable StorageException failureOf(CompletableFuture<Void> places) {
        return places.handle((done, failure) ->
                        failure != null && failure.getCause() instanceof StorageException cause ? cause : null)
                .join();
    }

    private static void await(CompletableFuture<Void> places) throws IOException {
        try {
            places.join();
        } catch (CompletionException e) {
            throw new IOException("places were not written", e.getCause());
        }
    }

    /** After the database: what still waits for its turn learns from that. */
    @Override
    public void close() {
        beside.shutdown();
    }

    private interface Part {
        void write(Batch batch, OutputStream out) throws IOException;
    }

    private static void writeAll(List<Pending> together, Part part, OutputStream out) throws IOException {
        for (Pending pending : together) {
            part.write(pending.batch, out);
        }
    }

    private static final class Pending {
        private final Batch batch;
        private boolean done;
        private @Nullable StorageException failure;

        Pending(Batch batch) {
            this.batch = batch;
        }

        void end(@Nullable StorageException result) {
            done = true;
            failure = result;
        }
    }
}
