package io.llmtrace.model;

import java.util.Objects;
import java.util.UUID;

/** What identifies a span among those of its tenant: its id alone is 8 bytes with OTLP, and can occur in several traces. */
public record SpanIdentity(UUID traceId, UUID spanId) {

    public SpanIdentity {
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(spanId, "spanId");
    }

    public static SpanIdentity of(TraceSpan span) {
        return new SpanIdentity(span.traceId(), span.spanId());
    }
}
