package io.llmtrace.ingest;

import io.llmtrace.model.TraceSpan;
import org.jspecify.annotations.Nullable;

/** Changes spans before they are written to the spool or the store. Must be thread-safe. */
@FunctionalInterface
public interface SpanProcessor {

    /**
     * Processes one span.
     *
     * @return the span to store instead, with the same identity; null to store none
     */
    @Nullable
    TraceSpan process(TraceSpan span);
}
