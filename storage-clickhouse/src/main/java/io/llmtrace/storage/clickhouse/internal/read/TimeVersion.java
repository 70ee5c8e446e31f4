package io.llmtrace.storage.clickhouse.internal.read;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * A time that some write assigned to a trace or a span.
 *
 * @param timeNanos nanoseconds since 1970
 * @param version version of the write
 */
public record TimeVersion(long timeNanos, long version) {

    /** Returns the earliest time assigned up to a snapshot; if there is none, the earliest of the first write. */
    public static Optional<Long> earliestAt(long snapshot, Collection<TimeVersion> times) {
        long until = Math.max(
                snapshot, times.stream().mapToLong(TimeVersion::version).min().orElse(0));
        return times.stream()
                .filter(time -> time.version <= until)
                .map(TimeVersion::timeNanos)
                .min(Comparator.naturalOrder());
    }

    /** Returns the time assigned last up to a snapshot; if there is none, the first ever assigned. */
    public static Optional<Long> lastAt(long snapshot, Collection<TimeVersion> times) {
        Comparator<TimeVersion> byVersion = Comparator.comparingLong(TimeVersion::version);
        return times.stream()
                .filter(time -> time.version <= snapshot)
                .max(byVersion)
                .or(() -> times.stream().min(byVersion))
                .map(TimeVersion::timeNanos);
    }
}
