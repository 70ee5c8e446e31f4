/**
 * Traces in one SQLite file.
 *
 * <pre>
 *   SqliteTraceRepository
 *     ├─ Database        file, lock, one writer and some readers, transactions, typed errors
 *     │    └─ Migrations
 *     ├─ SpanWriter      spans → rows        ─┬─ Interner     names, tag sets → small integers
 *     ├─ SpanReader      rows → spans        ─┴─ Blocks       prompt, response, … ⇄ compressed blocks of many
 *     ├─ SpanPages, TracePages               ─── SpanFilter   TraceQuery → SQL
 *     ├─ Deletes
 *     └─ TextIndex       words, behind the writes
 * </pre>
 */
@NullMarked
package io.llmtrace.storage.sqlite;

import org.jspecify.annotations.NullMarked;
