package io.llmtrace.storage.clickhouse.internal.read;

import io.llmtrace.model.Ids;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** All rows of one trace, including those of replaced versions; there is at least one. */
public final class StoredTrace<T> {

    private final List<StoredRow<T>> rows;

    StoredTrace(List<StoredRow<T>> rows) {
        this.rows = rows;
    }

    /** Returns the latest row of each span, ordered by start and span id. */
    public List<StoredRow<T>> spans() {
        Map<UUID, StoredRow<T>> latest = new HashMap<>();
        for (StoredRow<T> row : rows) {
            if (row.isSpan()) {
                latest.merge(row.spanId(), row, StoredRow::latest);
            }
        }
        return latest.values().stream()
                .sorted(Comparator.comparingLong((StoredRow<T> row) -> row.startNanos())
                        .thenComparing(StoredRow::spanId, Ids.BYTE_ORDER))
                .toList();
    }

    /** Returns the earliest {@code created_at} that any write gave the trace, in nanoseconds since 1970. */
    public long createdNanos() {
        return datingRows().mapToLong(StoredRow::startNanos).min().orElseThrow();
    }

    /** Returns whether every row that dates the trace existed at the snapshot, so that {@link #createdNanos} held then, too. */
    public boolean isOlderThan(long snapshot) {
        return datingRows().allMatch(row -> row.version() <= snapshot);
    }

    /** Returns the {@code created_at} at a snapshot, in nanoseconds since 1970; for a trace written later, its first. */
    public long createdNanosAt(long snapshot, Collection<TimeVersion> times) {
        List<TimeVersion> stillStored = times.stream()
                .filter(time -> datingRows().anyMatch(row -> row.startNanos() == time.timeNanos()))
                .toList();
        return TimeVersion.earliestAt(snapshot, stillStored).orElseGet(this::createdNanos);
    }

    private Stream<StoredRow<T>> datingRows() {
        return rows.stream().filter(StoredRow::datesTrace);
    }
}
