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
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches. Small ones that come while an insert of small ones is under way are written together with the next; large ones
 * by themselves, some at a time:
 *
 * <pre>
 *   small 1  ──▶ [ insert ············ ]
 *   small 2     ──▶ waits ············ [ insert of 2 and 3 ······ ]
 *   small 3         ──▶ waits ········ (by caller 2)
 *   large    ──▶ [ insert ························· ]
 * </pre>
 *
 * Writes have an order: each has a higher version than all that were acknowledged before it began, and is acknowledged after all
 * that began before it.
 */
final class SpanWriter implements AutoCloseable {

    /** From here on an insert of its own costs a batch less than waiting for others. */
    private static final long LARGE_BYTES = 1 << 20;

    private static final int MOST_AT_ONCE = 4;

    private final Database database;
    private final ReentrantLock lane = new ReentrantLock(true);
    private final Deque<Pending> waiting = new ArrayDeque<>();

    /** MiB that may be on their way to the server. */
    private final Semaphore room;

    private final int allRoom;

    private final ExecutorService beside = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "llmtrace-clickhouse-places");
        thread.setDaemon(true);
        return thread;
    });

    private final Versions versions;

    SpanWriter(Database database, Versions versions) {
        this.database = database;
        this.versions = versions;
        this.allRoom = Math.max(MOST_AT_ONCE, database.settings().maxBatchMb());
        this.room = new Semaphore(allRoom, true);
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
        if (batch.bytes() >= LARGE_BYTES) {
            writeTogether(List.of(mine));
        } else {
            writeWithOthers(mine, limit);
        }
        if (mine.failure != null) {
            throw mine.failure;
        }
    }

    /** Runs while nothing is written, with a version of its own: higher than that of every write before. */
    <T> T exclusively(LongFunction<T> work) {
        room.acquireUninterruptibly(allRoom);
        try {
            return work.apply(versions.next());
        } finally {
            room.release(allRoom);
        }
    }

    private void writeWithOthers(Pending mine, long limit) {
        synchronized (waiting) {
            waiting.add(mine);
        }
        lane.lock();
        try {
            if (!mine.done) {
                writeTogether(takeWaiting(limit));
            }
        } finally {
            lane.unlock();
        }
    }

    private List<Pending> takeWaiting(long limit) {
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
        return together;
    }

    private void writeTogether(List<Pending> together) {
        int mine = roomOf(together);
        room.acquireUninterruptibly(mine);
        try {
            insertAndEnd(together);
        } finally {
            room.release(mine);
        }
    }

    private int roomOf(List<Pending> together) {
        long bytes =
                together.stream().mapToLong(pending -> pending.batch.bytes()).sum();
        return (int) Math.min(allRoom, Math.max(allRoom / MOST_AT_ONCE, (bytes >> 20) + 1));
    }

    private void insertAndEnd(List<Pending> together) {
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
        long first = versions.begin(
                together.stream().mapToInt(pending -> pending.batch.rows()).sum());
        try {
            Map<Batch.RowKey, Integer> seen = Batch.noneSeen();
            together.forEach(pending -> pending.batch.setVersions(first, seen));
            insertBoth(together);
            return null;
        } catch (StorageException e) {
            return e;
        } finally {
            versions.end(first);
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
