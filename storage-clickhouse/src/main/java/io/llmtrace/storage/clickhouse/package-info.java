/**
 * Traces on ClickHouse.
 *
 * <pre>
 *   ClickHouseTraceRepository
 *     ├─ Database         servers, statements, inserts, typed errors (Failures)
 *     │    └─ Migrations
 *     ├─ SpanWriter       calls of many threads → inserts      ── Batch, Row, SpanColumns
 *     ├─ RowReader        rows → spans                         ── StoredRow, StoredTrace
 *     ├─ TracePages, SpanPages                                 ── SpanFilter   TraceQuery → SQL
 *     ├─ Deletes
 *     └─ Stats
 * </pre>
 */
@NullMarked
package io.llmtrace.storage.clickhouse;

import org.jspecify.annotations.NullMarked;
