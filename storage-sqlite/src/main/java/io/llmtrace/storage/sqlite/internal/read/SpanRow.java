package io.llmtrace.storage.sqlite.internal.read;

import io.llmtrace.model.TraceSpan;

/**
 * A span as a row of {@code spans}.
 *
 * @param id the row id
 * @param tenant the row id of its tenant
 * @param trace the row id of its trace
 * @param block the row id of the block that holds its body
 * @param bodySize of the body before compression, in bytes
 * @param span the span itself
 */
public record SpanRow(long id, long tenant, long trace, long block, int bodySize, TraceSpan span) {}
