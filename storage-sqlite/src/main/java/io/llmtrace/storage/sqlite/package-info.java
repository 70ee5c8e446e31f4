/**
 * Traces in one SQLite file. The packages below {@code internal} depend on each other in one direction only:
 *
 * <pre>
 *   SqliteTraceRepository
 *     ├─ upkeep    Deletes, Housekeeping, Retention, Stats      background work, statistics, properties
 *     ├─ query     TracePages, Rankings, Analytics, Sessions    TraceQuery → SQL → answers
 *     ├─ write     SpanWriter, BlockPacker, DictionaryWriter    spans → rows and compressed blocks
 *     ├─ read      SpanReader, SpanColumns, BlockReader         rows and blocks → spans
 *     ├─ engine    Database, SqliteConnection, Migrations       file, lock, transactions, errors
 *     └─ format    SpanBody, BlockMembers, BodyCompression      bytes in the file
 * </pre>
 */
@NullMarked
package io.llmtrace.storage.sqlite;

import org.jspecify.annotations.NullMarked;
