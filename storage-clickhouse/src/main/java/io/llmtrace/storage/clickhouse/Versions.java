package io.llmtrace.storage.clickhouse;

import io.llmtrace.storage.InvalidRequestException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The order of the writes of one process, and of several as far as their clocks agree: a version is the time of the write in
 * nanoseconds since 1970, or one more than the last where that is not higher.
 */
final class Versions {

    /** So long a walk along cursors may take: what it needs to know of the past is kept as long. */
    static final Duration WALKS_LAST = Duration.ofHours(24);

    private final InstantSource clock;
    private long last;
    /** Of the write under way; 0 for none. */
    private long underWay;

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

    synchronized long next() {
        last = Math.max(last + 1, at(clock.instant()));
        return last;
    }

    /** A write that is under way until {@link #end}. */
    synchronized long begin() {
        underWay = next();
        return underWay;
    }

    /** @param highest that the write has given to a row */
    synchronized void end(long highest) {
        last = Math.max(last, highest);
        underWay = 0;
    }

    /**
     * What a walk that begins now sees as its beginning: all that is written has a version up to it, all that will be, a
     * higher one.
     */
    synchronized long snapshot() {
        if (underWay != 0) {
            return underWay - 1;
        }
        last = Math.max(last, at(clock.instant()));
        return last;
    }
}
