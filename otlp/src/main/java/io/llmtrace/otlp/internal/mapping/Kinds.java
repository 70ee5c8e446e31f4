package io.llmtrace.otlp.internal.mapping;

import io.llmtrace.model.SpanKind;

/** Determines the kind of a span by the first rule of the mapping table that matches. */
public final class Kinds {

    private Kinds() {}

    /** Returns the kind of a span; {@code OTHER} if no rule matches. */
    public static SpanKind of(OtlpSpan span) {
        SpanKind kind = span.first(MappingTable.get().kinds(), "kind");
        return kind == null ? SpanKind.OTHER : kind;
    }
}
