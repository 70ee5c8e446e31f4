package io.llmtrace.ingest;

import io.llmtrace.model.TraceSpan;
import java.util.UUID;

/** What identifies a span. */
record Identity(UUID tenantId, UUID traceId, UUID spanId) {

    static Identity of(TraceSpan span) {
        return new Identity(span.tenantId(), span.traceId(), span.spanId());
    }
}
