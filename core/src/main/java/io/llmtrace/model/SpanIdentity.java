package io.llmtrace.model;

import java.util.Objects;
import java.util.UUID;

/**
 * The identity of a span within its tenant. The span id alone is not enough: OTLP's ids have 8 bytes, and the same one can occur
 * in several traces.
 */
public record SpanIdentity(UUID traceId, UUID spanId) {

    public SpanIdentity {
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(spanId, "spanId");
    }

    /** Returns the identity of a span. */
    public static SpanIdentity of(TraceSpan span) {
        return new SpanIdentity(span.traceId(), span.spanId());
    }
}
