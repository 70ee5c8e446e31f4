package io.llmtrace.model;

import java.time.Instant;

/**
 * The range of times that every store keeps exactly: those that a signed 64-bit count of nanoseconds since 1970 can hold, from
 * 1900 on, where ClickHouse's {@code DateTime64} begins.
 */
public final class Times {

    /** The earliest time that every backend keeps exactly. */
    public static final Instant EARLIEST = Instant.parse("1900-01-01T00:00:00Z");

    /** The latest time that every backend keeps exactly: {@link Long#MAX_VALUE} nanoseconds after 1970. */
    public static final Instant LATEST = Instant.parse("2262-04-11T23:47:16.854775807Z");

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private Times() {}

    /**
     * Returns the time after checking it.
     *
     * @param field the name of the time in messages
     * @throws IllegalArgumentException if the time is not in [{@link #EARLIEST}, {@link #LATEST}]
     */
    public static Instant requireStorable(Instant time, String field) {
        if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
            throw new IllegalArgumentException(field + " not in [" + EARLIEST + ", " + LATEST + "]: " + time);
        }
        return time;
    }

    /** Returns the nanoseconds since 1970. A time outside the storable range becomes its nearer end. */
    public static long toNanos(Instant time) {
        if (time.isBefore(EARLIEST)) {
            return toNanos(EARLIEST);
        }
        if (time.isAfter(LATEST)) {
            return Long.MAX_VALUE;
        }
        // Before 1970 the seconds are negative and the nanos are not: one second is added first, so that the product
        // cannot overflow.
        return time.getEpochSecond() < 0
                ? (time.getEpochSecond() + 1) * NANOS_PER_SECOND + time.getNano() - NANOS_PER_SECOND
                : time.getEpochSecond() * NANOS_PER_SECOND + time.getNano();
    }

    /** Returns the time of a count of nanoseconds since 1970. */
    public static Instant ofNanos(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND));
    }
}
