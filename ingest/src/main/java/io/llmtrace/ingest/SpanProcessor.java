package io.llmtrace.ingest;

import io.llmtrace.model.TraceSpan;
import org.jspecify.annotations.Nullable;

/** Changes spans before they are written anywhere, to the spool or to the store. Thread-safe. */
@FunctionalInterface
public interface SpanProcessor {

    /** @return the span to store in its place, of the same identity; null to store none */
    @Nullable
    TraceSpan process(TraceSpan span);
}
