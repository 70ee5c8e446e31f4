package io.llmtrace.storage.spi;

import java.util.List;
import java.util.UUID;

/** Traces that were left out of a scan, since their store is damaged and cannot read them. */
public sealed interface DamagedTraces permits DamagedTracesValues {

    /** The most ids that are kept. */
    int MAX_LISTED = 100;

    /** No trace was left out. */
    DamagedTraces NONE = of(0, List.of(), "");

    /** Returns how many traces were left out. */
    long count();

    /** Returns the ids of the first of them, at most {@value #MAX_LISTED}. */
    List<UUID> first();

    /** Returns why the first of them cannot be read; empty if there is none. */
    String reason();

    /** Returns what was left out, with the components described above. */
    static DamagedTraces of(long count, List<UUID> first, String reason) {
        return new DamagedTracesValues(count, first, reason);
    }

    /** Returns whether none was left out. */
    default boolean isEmpty() {
        return count() == 0;
    }
}
