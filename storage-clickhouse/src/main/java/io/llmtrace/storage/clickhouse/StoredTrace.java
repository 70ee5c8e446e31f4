package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.Ids;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** All rows of a trace, those of replaced versions too, and what follows from them. There is at least one. */
final class StoredTrace<T> {

    private final List<StoredRow<T>> rows;

    StoredTrace(List<StoredRow<T>> rows) {
        this.rows = rows;
    }

    /** The row that counts of each span, in the order of start and span id. */
    List<StoredRow<T>> spans() {
        Map<UUID, StoredRow<T>> latest = new HashMap<>();
        for (StoredRow<T> row : rows) {
            if (row.isSpan()) {
                latest.merge(row.spanId(), row, StoredTrace::later);
            }
        }
        return latest.values().stream()
                .sorted(Comparator.comparingLong((StoredRow<T> row) -> row.startNanos())
                        .thenComparing(StoredRow::spanId, Ids.BYTE_ORDER))
                .toList();
    }

    /** The earliest that any write gave it. */
    long createdNanos() {
        return dating().mapToLong(StoredRow::startNanos).min().orElseThrow();
    }

    /** Whether all that dates it was there at the snapshot: then it has the place that it had. */
    boolean isOlderThan(long snapshot) {
        return dating().allMatch(row -> row.version() <= snapshot);
    }

    /** The {@code created_at} at a snapshot; of a trace that came later, its first. */
    long createdNanosAt(long snapshot, Collection<GivenTime> places) {
        List<GivenTime> there = places.stream()
                .filter(place -> dating().anyMatch(row -> row.startNanos() == place.timeNanos()))
                .toList();
        return GivenTime.earliestAt(snapshot, there).orElseGet(this::createdNanos);
    }

    static <T> StoredRow<T> later(StoredRow<T> a, StoredRow<T> b) {
        return a.version() > b.version() ? a : b;
    }

    private Stream<StoredRow<T>> dating() {
        return rows.stream().filter(StoredRow::datesTrace);
    }
}
