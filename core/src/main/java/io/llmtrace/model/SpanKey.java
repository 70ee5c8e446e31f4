package io.llmtrace.model;

import java.util.Objects;
import java.util.UUID;

/** The identity of a span in a store of several tenants: two spans with equal keys are versions of the same span. */
public record SpanKey(UUID tenantId, UUID traceId, UUID spanId) {

    public SpanKey {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(spanId, "spanId");
    }

    /** Returns the key of a span. */
    public static SpanKey of(TraceSpan span) {
        return new SpanKey(span.tenantId(), span.traceId(), span.spanId());
    }
}
