package io.llmtrace.storage.clickhouse.internal.query;

import java.util.UUID;

/**
 * The position of a trace in a page.
 *
 * @param timeNanos its {@code created_at}, in nanoseconds since 1970
 */
record TraceSortKey(long timeNanos, UUID traceId) {}
