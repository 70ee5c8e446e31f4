package io.llmtrace.storage.clickhouse.internal.read;

/** What a row of {@code spans} describes. The ordinals are stored in {@code row_kind}: the order must not change. */
public enum RowKind {
    /** A span; its start also dates its trace. */
    SPAN,
    /** A span that started before the {@code created_at} written with its trace, so its start does not date the trace. */
    SPAN_WITHOUT_DATE,
    /** The trace itself: its {@code created_at}, where no span starts at that time. */
    TRACE
}
