package io.llmtrace.storage.spi;

import io.llmtrace.model.SpanIdentity;
import java.util.List;
import java.util.UUID;

/** Traces and spans that were left out of a scan, since their store is damaged and cannot read them. */
public sealed interface DamagedTraces permits DamagedTracesValues {

    /** The most ids of each that are kept. */
    int MAX_LISTED = 100;

    /** Nothing was left out. */
    DamagedTraces NONE = of(0, List.of(), 0, List.of(), "");

    /** Returns how many traces were left out as a whole. */
    long count();

    /** Returns the ids of the first of them, at most {@value #MAX_LISTED}. */
    List<UUID> first();

    /** Returns how many spans of other traces were left out. */
    long spanCount();

    /** Returns the first of them, at most {@value #MAX_LISTED}. */
    List<SpanIdentity> firstSpans();

    /** Returns why the first trace or span cannot be read; empty if there is none. */
    String reason();

    /** Returns what was left out, with the components described above. */
    static DamagedTraces of(
            long count, List<UUID> first, long spanCount, List<SpanIdentity> firstSpans, String reason) {
        return new DamagedTracesValues(count, first, spanCount, firstSpans, reason);
    }

    /** Returns whether nothing was left out. */
    default boolean isEmpty() {
        return count() == 0 && spanCount() == 0;
    }
}
