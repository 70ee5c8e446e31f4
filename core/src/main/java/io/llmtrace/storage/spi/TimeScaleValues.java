package io.llmtrace.storage.spi;

import io.llmtrace.model.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The implementation of a scale. It is not public, so that a new component breaks no caller. */
record TimeScaleValues(long widthMs, long first, long last) implements TimeScale {

    private static final long NANOS_PER_MS = 1_000_000;

    /** The widths of buckets, which are round numbers on the axis of a chart. */
    private static final List<Duration> WIDTHS = List.of(
            Duration.ofMillis(1),
            Duration.ofMillis(2),
            Duration.ofMillis(5),
            Duration.ofMillis(10),
            Duration.ofMillis(20),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(200),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Duration.ofMinutes(1),
            Duration.ofMinutes(2),
            Duration.ofMinutes(5),
            Duration.ofMinutes(10),
            Duration.ofMinutes(15),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            Duration.ofHours(2),
            Duration.ofHours(3),
            Duration.ofHours(6),
            Duration.ofHours(12),
            Duration.ofDays(1),
            Duration.ofDays(2),
            Duration.ofDays(7),
            Duration.ofDays(14),
            Duration.ofDays(30),
            Duration.ofDays(90),
            Duration.ofDays(365),
            Duration.ofDays(3_650),
            Duration.ofDays(36_500)); // all storable times are in 4 of these

    static TimeScale of(Instant from, Instant to, int buckets) {
        long fromNanos = Times.toNanos(from);
        long toNanos = Times.toNanos(to);
        for (Duration width : WIDTHS) {
            TimeScaleValues scale = of(width.toMillis(), fromNanos, toNanos);
            if (scale.last - scale.first < buckets) {
                return scale;
            }
        }
        throw new IllegalArgumentException("buckets too few for " + from + " to " + to + ": " + buckets);
    }

    private static TimeScaleValues of(long widthMs, long fromNanos, long toNanos) {
        long width = widthMs * NANOS_PER_MS;
        return new TimeScaleValues(widthMs, Math.floorDiv(fromNanos, width), Math.floorDiv(toNanos, width));
    }

    @Override
    public long bucketOf(long nanos) {
        return Math.floorDiv(nanos, widthNanos());
    }

    @Override
    public long widthNanos() {
        return widthMs * NANOS_PER_MS;
    }

    @Override
    public Instant startOf(long bucket) {
        return Instant.EPOCH.plusMillis(bucket * widthMs);
    }

    @Override
    public Instant start() {
        return startOf(first);
    }

    @Override
    public Instant end() {
        return startOf(last + 1);
    }
}
