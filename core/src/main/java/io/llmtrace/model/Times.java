package io.llmtrace.model;

import java.time.Instant;

/**
 * Instants as a store can keep them: a signed 64-bit count of nanoseconds since 1970, cut off below at 1900 where
 * ClickHouse's {@code DateTime64} begins.
 */
public final class Times {

    /** The earliest time that every backend keeps exactly. */
    public static final Instant EARLIEST = Instant.parse("1900-01-01T00:00:00Z");

    /** The latest time that every backend keeps exactly: {@link Long#MAX_VALUE} nanoseconds after 1970. */
    public static final Instant LATEST = Instant.parse("2262-04-11T23:47:16.854775807Z");

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private Times() {}

    /** @throws IllegalArgumentException naming {@code field} when the time is outside [{@link #EARLIEST}, {@link #LATEST}] */
    public static Instant requireStorable(Instant time, String field) {
        if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
            throw new IllegalArgumentException(field + " not in [" + EARLIEST + ", " + LATEST + "]: " + time);
        }
        return time;
    }

    /** Nanoseconds since 1970. Times outside of the storable range are cut to its ends. */
    public static long toNanos(Instant time) {
        if (time.isBefore(EARLIEST)) {
            return toNanos(EARLIEST);
        }
        if (time.isAfter(LATEST)) {
            return Long.MAX_VALUE;
        }
        // Seconds before 1970 are negative while the nano part is not: add first, so that nothing overflows on the way.
        return time.getEpochSecond() < 0
                ? (time.getEpochSecond() + 1) * NANOS_PER_SECOND + time.getNano() - NANOS_PER_SECOND
                : time.getEpochSecond() * NANOS_PER_SECOND + time.getNano();
    }

    public static Instant ofNanos(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND));
    }
}
