package io.llmtrace.storage.memory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The time that an item is ordered by, with its former values: a walk along cursors sees it as it was at its beginning. */
final class MovingTime {

    Instant value;
    private final List<Change> changes = new ArrayList<>(0);

    MovingTime(Instant value) {
        this.value = value;
    }

    /** @param write the number of the write that changes it; they only grow */
    void change(Instant to, long write) {
        if (!to.equals(value)) {
            changes.add(new Change(write, value));
            value = to;
        }
    }

    /** The value after write number {@code snapshot}; of an item that came later, its first one. */
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
