package io.llmtrace.otlp;

import io.llmtrace.model.SpanKind;

/** What a span is. The first rule of the mapping table that says something decides. */
final class Kinds {

    private Kinds() {}

    static SpanKind of(SpanView view) {
        SpanKind kind = view.first(MappingTable.get().kinds(), "kind");
        return kind == null ? SpanKind.OTHER : kind;
    }
}
