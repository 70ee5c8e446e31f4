package io.llmtrace.storage.spi;

import io.llmtrace.storage.CorruptStoreException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Traces that a scan left out, since their store is damaged and cannot read them.
 *
 * @param count how many
 * @param first the ids of the first of them, at most {@value #MAX_LISTED}
 * @param reason why the first of them cannot be read; empty if there is none
 */
public record DamagedTraces(long count, List<UUID> first, String reason) {

    /** The most ids that are kept. */
    public static final int MAX_LISTED = 100;

    /** No trace was left out. */
    public static final DamagedTraces NONE = new DamagedTraces(0, List.of(), "");

    public DamagedTraces {
        first = List.copyOf(first);
        Objects.requireNonNull(reason, "reason");
    }

    /** Returns whether none was left out. */
    public boolean isEmpty() {
        return count == 0;
    }

    DamagedTraces and(UUID trace, CorruptStoreException why) {
        List<UUID> listed = first.size() < MAX_LISTED
                ? Stream.concat(first.stream(), Stream.of(trace)).toList()
                : first;
        return new DamagedTraces(count + 1, listed, count == 0 ? String.valueOf(why.getMessage()) : reason);
    }
}
