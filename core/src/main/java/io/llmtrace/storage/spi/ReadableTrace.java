package io.llmtrace.storage.spi;

import io.llmtrace.model.TraceEvent;
import java.util.List;
import java.util.UUID;

/** What can be read of a trace in a damaged store. */
public sealed interface ReadableTrace permits ReadableTraceValues {

    /** Returns the trace with the spans that can be read, possibly none. */
    TraceEvent trace();

    /** Returns the ids of its other spans. */
    List<UUID> unreadable();

    /** Returns why the first of these cannot be read; empty if all can. */
    String reason();

    /** Returns what can be read, with the components described above. */
    static ReadableTrace of(TraceEvent trace, List<UUID> unreadable, String reason) {
        return new ReadableTraceValues(trace, unreadable, reason);
    }
}
