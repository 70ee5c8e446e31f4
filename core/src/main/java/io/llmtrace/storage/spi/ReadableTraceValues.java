package io.llmtrace.storage.spi;

import io.llmtrace.model.TraceEvent;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** The implementation of a readable trace. It is not public, so that a new component breaks no caller. */
record ReadableTraceValues(TraceEvent trace, List<UUID> unreadable, String reason) implements ReadableTrace {

    ReadableTraceValues {
        Objects.requireNonNull(trace, "trace");
        unreadable = List.copyOf(unreadable);
        Objects.requireNonNull(reason, "reason");
    }
}
