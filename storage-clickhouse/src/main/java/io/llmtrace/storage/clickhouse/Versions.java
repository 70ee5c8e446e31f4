package io.llmtrace.storage.clickhouse;

import io.llmtrace.storage.InvalidRequestException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The order of the writes of one process, and of several as far as their clocks agree: a version is the time of the write in
 * nanoseconds since 1970, or one more than the last where that is not higher.
 */
final class Versions {

    /** So long a walk along cursors may take: what it needs to know of the past is kept as long. */
    static final Duration WALKS_LAST = Duration.ofHours(24);

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    /** The first version of each write that has begun and not ended. */
    private final TreeSet<Long> underWay = new TreeSet<>();

    private long last;

    /** @param last the highest that is stored */
    Versions(long last) {
        this(last, InstantSource.system());
    }

    Versions(long last, InstantSource clock) {
        this.last = last;
        this.clock = clock;
    }

    static long at(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L + time.getNano();
    }

    /** @param snapshot of a cursor */
    static void requireRecent(long snapshot) {
        if (snapshot < at(Instant.now().minus(WALKS_LAST))) {
            throw new InvalidRequestException(
                    "cursor is older than " + WALKS_LAST.toHours() + " hours: begin again without a cursor");
        }
    }

    long next() {
        return begin(1, false);
    }

    /**
     * A write that is under way until {@link #end}.
     *
     * @param count of versions that it may give to its rows, the returned one and those behind it
     */
    long begin(int count) {
        return begin(count, true);
    }

    private long begin(int count, boolean write) {
        lock.lock();
        try {
            long first = Math.max(last + 1, at(clock.instant()));
            last = first + count - 1;
            if (write) {
                underWay.add(first);
            }
            return first;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns when all writes that began before this one have ended, too: so a version of what is acknowledged is below those of
     * all that is under way.
     *
     * @param first version of the write
     */
    void end(long first) {
        lock.lock();
        try {
            underWay.remove(first);
            ended.signalAll();
            while (!underWay.isEmpty() && underWay.first() < first) {
                ended.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * What a walk that begins now sees as its beginning: all that is acknowledged has a version up to it, all that will be, a
     * higher one.
     */
    long snapshot() {
        lock.lock();
        try {
            if (!underWay.isEmpty()) {
                return underWay.first() - 1;
            }
            last = Math.max(last, at(clock.instant()));
            return last;
        } finally {
            lock.unlock();
        }
    }
}
