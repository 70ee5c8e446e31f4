package io.llmtrace.storage.clickhouse.internal.write;

import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Versions;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Inserts the rows of each call separately, several calls at the same time. Small calls are not grouped here: {@code SpanIngest} in
 * front of a store does that.
 *
 * <pre>
 *   call 1  ──▶ [ insert ·········· ] ──▶ returns
 *   call 2  ──▶ [ insert ··· ] ────────── waits for call 1 ──▶ returns
 *   calls 3, 4  ──▶ …
 *   call 5  ──▶ waits until an insert has ended ──▶ [ insert ··· ]
 * </pre>
 *
 * Writes are ordered: an insert gets a higher version than every write acknowledged before it began, and it is acknowledged only
 * after all that began before it have ended ({@link Versions}). So a later write of a span always wins over an acknowledged one,
 * and no scan with cursors misses a write that was acknowledged before the scan began.
 */
public final class SpanWriter implements AutoCloseable {

    /**
     * The most inserts at the same time. It limits small ones: they mostly wait for the server's disk, so several of them in
     * parallel are faster. Large ones are limited by their total size instead, since an insert needs far more memory on the server
     * than its rows have bytes (340 MB for 16 MB of rows were measured).
     */
    private static final int MAX_CONCURRENT_INSERTS = 16;

    private final Database database;
    private final Versions versions;

    /** One permit for each MiB that may be on its way to the server, handed out in the order of the calls. */
    private final Semaphore capacity;

    private final int totalCapacity;

    private final ExecutorService locationInserts = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "llmtrace-clickhouse-locations");
        thread.setDaemon(true);
        return thread;
    });

    public SpanWriter(Database database, Versions versions) {
        this.database = database;
        this.versions = versions;
        this.totalCapacity =
                Math.max(MAX_CONCURRENT_INSERTS, database.settings().maxBatchMb());
        this.capacity = new Semaphore(totalCapacity, true);
    }

    /** Returns when the rows are durable. If it throws, none of them is visible. */
    public void write(EncodedRows rows) {
        database.requireOpen();
        int limitMb = database.settings().maxBatchMb();
        if (rows.bytes() > (long) limitMb << 20) {
            throw new InvalidRequestException("a call's spans take more than max_batch_mb (" + limitMb + "): "
                    + rows.bytes() + " bytes. Write them in smaller calls");
        }
        int permits = permitsFor(rows);
        capacity.acquireUninterruptibly(permits);
        long first = versions.begin(rows.count());
        try {
            try {
                rows.setVersions(first);
                insertRowsAndLocations(rows);
            } finally {
                capacity.release(permits); // a wait for earlier writes to end needs nothing from the server
            }
        } finally {
            versions.end(first);
        }
    }

    /** Runs work while no insert is running. It is given a version higher than that of every write before. */
    public <T> T exclusively(LongFunction<T> work) {
        capacity.acquireUninterruptibly(totalCapacity);
        try {
            return work.apply(versions.next());
        } finally {
            capacity.release(totalCapacity);
        }
    }

    private int permitsFor(EncodedRows rows) {
        int fewest = totalCapacity / MAX_CONCURRENT_INSERTS;
        return (int) Math.min(totalCapacity, Math.max(fewest, (rows.bytes() >> 20) + 1));
    }

    /**
     * Sends rows and their locations at the same time, but the last byte of the rows only after the locations are stored: the
     * server discards an incomplete insert, so there are never rows without locations. If both fail, the failure of the locations
     * is thrown.
     */
    private void insertRowsAndLocations(EncodedRows rows) {
        database.requireOpen(); // a closed repository has no threads for the locations
        CompletableFuture<Void> locations = CompletableFuture.runAsync(
                () -> database.insert("places", EncodedRows.LOCATION_COLUMNS, rows::writeLocations), locationInserts);
        try {
            database.insert("spans", EncodedRows.ROW_COLUMNS, out -> {
                DeferredOutput deferred = new DeferredOutput(out);
                rows.writeRows(deferred);
                await(locations);
                deferred.release();
            });
        } catch (StorageException rowsFailed) {
            StorageException locationsFailed = failureOf(locations);
            throw locationsFailed != null ? locationsFailed : rowsFailed;
        } finally {
            failureOf(locations);
        }
    }

    /** Waits until the insert of the locations has ended. */
    private static @Nullable StorageException failureOf(CompletableFuture<Void> locations) {
        return locations
                .handle((done, failure) ->
                        failure != null && failure.getCause() instanceof StorageException cause ? cause : null)
                .join();
    }

    private static void await(CompletableFuture<Void> locations) throws IOException {
        try {
            locations.join();
        } catch (CompletionException e) {
            throw new IOException("locations were not written", e.getCause());
        }
    }

    /** Must be called after the database is closed: calls that still wait for their turn then report that, and need no thread. */
    @Override
    public void close() {
        locationInserts.shutdown();
    }
}
