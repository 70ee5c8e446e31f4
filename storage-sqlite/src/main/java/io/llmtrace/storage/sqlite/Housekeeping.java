package io.llmtrace.storage.sqlite;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done behind the writes, by one thread and in small transactions: the text index is filled, the figures of traces are
 * added up, traces that are too old are deleted, and the space of deleted ones goes back to the file system. While others write
 * it takes a small share of the time.
 */
final class Housekeeping implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

    /** So many times as long as a slice took, before the next, when writes take all of the time; less when they take less. */
    private static final int MOST_REST = 19;

    /** Who writes from a single thread needs about as long again to make the spans: half of the time counts as all of it. */
    private static final int WRITER_SHARE = 2;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);
    private static final Duration EXPIRY_EVERY = Duration.ofHours(1);
    private static final Duration MOVES_EVERY = Duration.ofHours(1);
    private static final int VACUUM_PAGES = 512;

    private final Database database;
    private final TextIndex text;
    private final Runnable expiry;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    private boolean closing;
    private boolean written = true;
    private long writingNanos;
    private boolean deleted = true; // by a former process, perhaps
    private Instant expired = Instant.MIN;
    private Instant movesForgotten = Instant.MIN;

    /** @param expiry deletes what is too old */
    Housekeeping(Database database, TextIndex text, Runnable expiry) {
        this.database = database;
        this.text = text;
        this.expiry = expiry;
        this.thread = new Thread(this::run, "llmtrace-sqlite-housekeeping");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** @param took the whole call, for its caller */
    void afterWrite(Duration took) {
        signal(took, false);
    }

    void afterDelete() {
        signal(Duration.ZERO, true);
    }

    /** Does all there is to do, now. */
    void finish() {
        while (text.fill(database) > 0) {
            // until nothing is left
        }
        TraceFigures.fillAll(database);
        giveBackSpace();
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
            } catch (RuntimeException e) {
                log.warn(
                        "text index, figures and space are behind; next try in {} s: {}",
                        RETRY_AFTER.toSeconds(),
                        e.getMessage());
                signal(Duration.ZERO, true);
                if (rest(RETRY_AFTER)) {
                    return;
                }
            }
        }
    }

    private void work() {
        long last = System.nanoTime();
        boolean fill = true;
        while (fill) {
            long start = System.nanoTime();
            boolean indexed = text.fill(database) > 0;
            fill = TraceFigures.fillSome(database) || indexed;
            long end = System.nanoTime();
            double writing = Math.min(1, (double) WRITER_SHARE * takeWritingNanos() / (end - last));
            last = end;
            if (isClosing() || rest(Duration.ofNanos((long) ((end - start) * MOST_REST * writing)))) {
                return;
            }
        }
        if (expired.plus(EXPIRY_EVERY).isBefore(Instant.now())) {
            expired = Instant.now();
            expiry.run();
        }
        if (takeDeleted()) {
            giveBackSpace();
        }
        if (movesForgotten.plus(MOVES_EVERY).isBefore(Instant.now())) {
            movesForgotten = Instant.now();
            database.change(Moves::forgetOld);
        }
    }

    private void giveBackSpace() {
        boolean more = text.mergeSome(database, true);
        while (more && !isClosing()) {
            more = text.mergeSome(database, false);
        }
        while (freePages() > 0 && !isClosing()) {
            database.actOnWriter(session -> session.execute("PRAGMA incremental_vacuum(" + VACUUM_PAGES + ")"));
        }
        database.actOnWriter(session -> session.execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    }

    private long freePages() {
        return database.onWriter(session -> session.number("PRAGMA freelist_count"));
    }

    /** Waits for a write, an hour at most, or for a time. @return whether to end */
    private boolean rest(@Nullable Duration time) {
        lock.lock();
        try {
            if (time != null) {
                long left = time.toNanos();
                while (left > 0 && !closing) {
                    left = changed.awaitNanos(left); // a write does not shorten it
                }
            } else {
                long left = TimeUnit.HOURS.toNanos(1);
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

    /** How long writes took since it was asked last; of several at once, all together. */
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
