package io.llmtrace.storage.spi;

import java.time.Instant;

/**
 * The buckets of a timeline. Their width is the shortest round duration with which the buckets do not exceed a given number.
 * Bucket 0 begins at 1970, and buckets before it have negative numbers.
 */
public sealed interface TimeScale permits TimeScaleValues {

    /**
     * Returns the narrowest buckets for a range of times.
     *
     * @param from the first time, inclusive
     * @param to the last time, inclusive
     * @param buckets the most buckets, at least 4
     * @throws IllegalArgumentException if there is no width for so few buckets
     */
    static TimeScale of(Instant from, Instant to, int buckets) {
        return TimeScaleValues.of(from, to, buckets);
    }

    /** Returns the width of each bucket in milliseconds. */
    long widthMs();

    /** Returns the number of the first bucket. */
    long first();

    /** Returns the number of the last bucket. */
    long last();

    /** Returns the number of the bucket with a time in nanoseconds since 1970. */
    long bucketOf(long nanos);

    /** Returns the width of a bucket in nanoseconds. */
    long widthNanos();

    /** Returns the start of the bucket with a number. */
    Instant startOf(long bucket);

    /** Returns the start of the first bucket. */
    Instant start();

    /** Returns the exclusive end of the last bucket. */
    Instant end();
}
