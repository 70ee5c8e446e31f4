package io.llmtrace.storage.sqlite.internal.write;

import io.llmtrace.model.TraceSpan;
import java.util.UUID;

/** Identifies a trace among those of all tenants. */
record TraceKey(UUID tenantId, UUID traceId) {

    static TraceKey of(TraceSpan span) {
        return new TraceKey(span.tenantId(), span.traceId());
    }
}
