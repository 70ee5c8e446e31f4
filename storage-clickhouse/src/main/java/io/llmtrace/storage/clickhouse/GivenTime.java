package io.llmtrace.storage.clickhouse;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * A time that a trace or a span was given.
 *
 * @param version of the write that gave it
 */
record GivenTime(long timeNanos, long version) {

    /** The earliest that was given up to a snapshot; if nothing was, the earliest of the first write. */
    static Optional<Long> earliestAt(long snapshot, Collection<GivenTime> places) {
        long until = Math.max(
                snapshot, places.stream().mapToLong(GivenTime::version).min().orElse(0));
        return places.stream()
                .filter(place -> place.version <= until)
                .map(GivenTime::timeNanos)
                .min(Comparator.naturalOrder());
    }

    /** The last that was given up to a snapshot; if nothing was, the first ever. */
    static Optional<Long> lastAt(long snapshot, Collection<GivenTime> places) {
        Comparator<GivenTime> byVersion = Comparator.comparingLong(GivenTime::version);
        return places.stream()
                .filter(place -> place.version <= snapshot)
                .max(byVersion)
                .or(() -> places.stream().min(byVersion))
                .map(GivenTime::timeNanos);
    }
}
