/**
 * Stores traces on ClickHouse. The types of this package are the module's API; everything else is internal, in packages each of
 * which uses only those to its right:
 *
 * <pre>
 *   ClickHouseTraceRepository ─▶ upkeep, query ─▶ write ─▶ read ─▶ engine
 *
 *   upkeep   Deletes, Housekeeping, Retention, PropertyTable, Stats, OriginalImport
 *   query    TracePages, SpanPages, Rankings, Analytics        SpanFilter: TraceQuery → SQL
 *   write    SpanWriter: one call → one insert                 EncodedRows, Row
 *   read     SpanReader: rows → spans                          SpanColumns, StoredRow, StoredTrace
 *   engine   Database: servers, statements, inserts            Migrations, Layout, Failures
 * </pre>
 */
@NullMarked
package io.llmtrace.storage.clickhouse;

import org.jspecify.annotations.NullMarked;
