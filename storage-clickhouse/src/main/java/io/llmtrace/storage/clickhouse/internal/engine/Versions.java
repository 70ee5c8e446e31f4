package io.llmtrace.storage.clickhouse.internal.engine;

import io.llmtrace.storage.InvalidRequestException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Orders the writes of one process, and those of several as far as their clocks agree. A version is the time of the write in
 * nanoseconds since 1970, or one more than the last version if the clock has not moved past it.
 */
public final class Versions {

    /** The longest time that a scan with cursors may take. The history of deletes that it needs is kept for this long. */
    public static final Duration CURSOR_LIFETIME = Duration.ofHours(24);

    /** No write of any llmtrace has a lower version, and no store has counted so many writes. */
    private static final long FIRST = at(Instant.parse("2020-01-01T00:00:00Z"));

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    /** The first version of each write that has begun and not ended. */
    private final TreeSet<Long> inFlight = new TreeSet<>();

    private long last;

    /**
     * Creates versions higher than those stored.
     *
     * @param last the highest stored version
     */
    public Versions(long last) {
        this(last, InstantSource.system());
    }

    Versions(long last, InstantSource clock) {
        this.last = last;
        this.clock = clock;
    }

    public static long at(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L + time.getNano();
    }

    /**
     * Checks the age of a cursor.
     *
     * @param snapshot version at which its scan began
     * @throws InvalidRequestException if it is older than {@link #CURSOR_LIFETIME}, or is no time at all: a SQLite store counts its
     *     writes
     */
    public static void requireRecent(long snapshot) {
        if (snapshot < at(Instant.now().minus(CURSOR_LIFETIME))) {
            throw new InvalidRequestException((snapshot < FIRST
                            ? "cursor is not of this store"
                            : "cursor is older than " + CURSOR_LIFETIME.toHours() + " hours")
                    + ": begin again without a cursor");
        }
    }

    /** Returns a version higher than all before it. */
    public long next() {
        return begin(1, false);
    }

    /**
     * Begins a write, which is in flight until {@link #end}.
     *
     * @param count how many versions it may use: the returned one and those that follow it
     */
    public long begin(int count) {
        return begin(count, true);
    }

    private long begin(int count, boolean write) {
        lock.lock();
        try {
            long first = Math.max(last + 1, at(clock.instant()));
            last = first + count - 1;
            if (write) {
                inFlight.add(first);
            }
            return first;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends a write, and returns when all writes that began before it have ended, too. So every acknowledged version is lower than
     * those of all writes in flight.
     *
     * @param first the version that {@link #begin(int)} returned
     */
    public void end(long first) {
        lock.lock();
        try {
            inFlight.remove(first);
            ended.signalAll();
            while (!inFlight.isEmpty() && inFlight.first() < first) {
                ended.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the snapshot for a scan that begins now: all acknowledged writes have versions up to it, all that will be
     * acknowledged later have higher ones.
     */
    public long snapshot() {
        lock.lock();
        try {
            if (!inFlight.isEmpty()) {
                return inFlight.first() - 1;
            }
            last = Math.max(last, at(clock.instant()));
            return last;
        } finally {
            lock.unlock();
        }
    }
}
