package io.llmtrace.storage.memory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The time by which an item is sorted, and its earlier values, so that a scan sees the value that was current when it began. */
final class VersionedTime {

    Instant value;
    private final List<Change> changes = new ArrayList<>(0);

    VersionedTime(Instant value) {
        this.value = value;
    }

    /**
     * Changes the value.
     *
     * @param write the number of the write, greater than those of earlier changes
     */
    void change(Instant to, long write) {
        if (!to.equals(value)) {
            changes.add(new Change(write, value));
            value = to;
        }
    }

    /** Returns the value after write number {@code snapshot}, or the first value of an item that was written later. */
    Instant asOf(long snapshot) {
        for (Change change : changes) {
            if (change.write > snapshot) {
                return change.before;
            }
        }
        return value;
    }

    private record Change(long write, Instant before) {}
}
