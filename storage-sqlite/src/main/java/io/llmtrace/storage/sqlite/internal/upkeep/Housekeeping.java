package io.llmtrace.storage.sqlite.internal.upkeep;

import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.spi.OutOfMemoryErrors;
import io.llmtrace.storage.sqlite.internal.engine.Database;
import io.llmtrace.storage.sqlite.internal.engine.WriteKind;
import io.llmtrace.storage.sqlite.internal.write.TimeChanges;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work that is left to a background thread, in small transactions: it fills the text index, aggregates traces for rankings, and
 * gives the space of deleted traces back to the file system. While others write, it takes a small share of the time.
 */
public final class Housekeeping implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    /**
     * The longest rest after a transaction, as a multiple of the time that the transaction took: it leaves the thread 5 % of the
     * time while others write without a pause. If they write less, the rest is shorter in proportion.
     */
    private static final int MAX_REST = 19;

    /**
     * Writes that take half of the time count as taking all of it: a client that writes from one thread without a pause needs about
     * as long to make its spans as to store them.
     */
    private static final int WRITER_SHARE = 2;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);
    private static final Duration SPACE_RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration TIME_CHANGES_EVERY = Duration.ofHours(1);
    private static final int VACUUM_PAGES = 512;

    private final Database database;
    private final TextIndexFiller text;
    private final TraceAggregateFiller aggregates;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    private boolean closing;
    private boolean written = true;
    private long writingNanos;
    private boolean deleted = true; // an earlier process may have left space
    private volatile boolean spaceRetried; // the last attempt to give space back found readers in the way
    private volatile boolean refused; // of the fillers, for lack of room
    private Instant timeChangesRemoved = Instant.MIN;

    /** Prepares the work on a file; {@link #start} begins it. */
    public Housekeeping(Database database) {
        this.database = database;
        this.text = new TextIndexFiller(database);
        this.aggregates = new TraceAggregateFiller(database);
        this.thread = new Thread(this::run, "llmtrace-sqlite-housekeeping");
        thread.setDaemon(true);
    }

    /** Starts the thread. */
    public void start() {
        thread.start();
    }

    /**
     * Notes that spans were stored, and wakes the thread.
     *
     * @param took how long the whole call took
     */
    public void afterWrite(Duration took) {
        signal(took, false);
    }

    /** Notes that traces were deleted, and wakes the thread. */
    public void afterDelete() {
        signal(Duration.ZERO, true);
    }

    /** Does all pending work before it returns, as far as there is room for it. */
    public void finish() {
        giveBackSpace(); // first, to have room for the rest
        try {
            text.fillAll();
            aggregates.fillAll();
            noteRefusal(null);
        } catch (OverloadedException e) {
            noteRefusal(e);
        }
        giveBackSpace();
        database.keepReserve();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void signal(Duration writing, boolean afterDelete) {
        lock.lock();
        try {
            written = true;
            writingNanos += writing.toNanos();
            deleted |= afterDelete;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (!rest(null)) {
            try {
                work();
            } catch (RuntimeException | Error e) { // a lack of memory, for example, must not end the thread
                OutOfMemoryErrors.note(e);
                LOG.warn(
                        "text index, rankings and free space could not be updated; next try in {} s: {}",
                        RETRY_AFTER.toSeconds(),
                        e.toString());
                signal(Duration.ZERO, true);
                if (rest(RETRY_AFTER)) {
                    return;
                }
            }
        }
    }

    private void work() {
        text.keepDeletesSmall();
        if (database.lackOfRoom().isPresent() && !giveBackIfDeleted()) {
            return;
        }
        fill();
        if (isClosing() || !giveBackIfDeleted()) {
            return;
        }
        database.keepReserve();
        if (timeChangesRemoved.plus(TIME_CHANGES_EVERY).isBefore(Instant.now())) {
            timeChangesRemoved = Instant.now();
            database.change(WriteKind.DELETES, TimeChanges::removeOld);
        }
    }

    /** Gives back the space of deletes, if there were some. Returns whether the thread goes on with other work. */
    private boolean giveBackIfDeleted() {
        if (!takeDeleted()) {
            return true;
        }
        boolean given = giveBackSpace();
        database.keepReserve(); // before others take the room
        if (refused || !given) {
            signal(Duration.ZERO, !given); // there may be room now, or no reader in the way
        }
        return given || !rest(SPACE_RETRY_AFTER);
    }

    /** Fills text index and aggregates, as far as there is room. */
    private void fill() {
        long last = System.nanoTime();
        boolean fill = true;
        while (fill) {
            long start = System.nanoTime();
            try {
                boolean indexed = text.fill() > 0;
                fill = aggregates.fillSome() || indexed;
                noteRefusal(null);
            } catch (OverloadedException e) {
                noteRefusal(e);
                return;
            }
            long end = System.nanoTime();
            double writing = Math.min(1, (double) WRITER_SHARE * takeWritingNanos() / (end - last));
            last = end;
            if (isClosing() || rest(Duration.ofNanos((long) ((end - start) * MAX_REST * writing)))) {
                return;
            }
        }
    }

    /** Logs one line when there is no room for filling, and one when it goes on. */
    private void noteRefusal(@Nullable OverloadedException refusal) {
        if (refusal != null && !refused) {
            LOG.warn("text index and rankings are not filled for now; searches stay exact: {}", refusal.getMessage());
        } else if (refusal == null && refused) {
            LOG.info("text index and rankings are filled again");
        }
        refused = refusal != null;
    }

    /** Returns whether all of it was given back; readers may be in the way for the moment. */
    private boolean giveBackSpace() {
        mergeTextIndex();
        boolean more = true;
        while (more && freePages() > 0 && !isClosing()) {
            more = database.vacuum(VACUUM_PAGES);
        }
        // Only the first time, since writes wait meanwhile.
        boolean truncated = spaceRetried ? database.shrinkLog() : database.shrinkLogPatiently();
        boolean done = more && truncated;
        spaceRetried = !done;
        return done;
    }

    /** Merges deleted tokens out of the text index, if there is room for that. Without room they stay until the next delete. */
    private void mergeTextIndex() {
        try {
            boolean more = text.mergeSome(true);
            while (more && !isClosing()) {
                more = text.mergeSome(false);
            }
        } catch (OverloadedException e) {
            LOG.debug("deleted tokens stay in the text index for lack of room", e);
        }
    }

    private long freePages() {
        return database.onWriter(connection -> connection.number("PRAGMA freelist_count"));
    }

    /**
     * Waits for a time, or for the next write or delete.
     *
     * @param time is waited for in full, even if there are writes; null to wait for the next write or delete,
     *     but an hour at most, or a minute while there is no room for filling
     * @return whether the thread must end
     */
    private boolean rest(@Nullable Duration time) {
        lock.lock();
        try {
            if (time != null) {
                long left = time.toNanos();
                while (left > 0 && !closing) {
                    left = changed.awaitNanos(left); // a write does not end this wait
                }
            } else {
                long left = refused ? TimeUnit.MINUTES.toNanos(1) : TimeUnit.HOURS.toNanos(1);
                while (left > 0 && !written && !closing) {
                    left = changed.awaitNanos(left);
                }
                written = false;
            }
            return closing;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    /** Returns how long writes took since the last call; the times of concurrent writes are added up. */
    private long takeWritingNanos() {
        lock.lock();
        try {
            long taken = writingNanos;
            writingNanos = 0;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private boolean takeDeleted() {
        lock.lock();
        try {
            boolean taken = deleted;
            deleted = false;
            return taken;
        } finally {
            lock.unlock();
        }
    }
}
