package io.llmtrace.storage.spi;

import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** The implementation of damaged traces. It is not public, so that a new component breaks no caller. */
record DamagedTracesValues(long count, List<UUID> first, String reason) implements DamagedTraces {

    DamagedTracesValues {
        first = List.copyOf(first);
        Objects.requireNonNull(reason, "reason");
    }
}
