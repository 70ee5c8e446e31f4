/**
 * The connection to the servers: statements and inserts over HTTP, the row format, the schema, and typed errors. It knows nothing
 * of spans.
 */
@NullMarked
package io.llmtrace.storage.clickhouse.internal.engine;

import org.jspecify.annotations.NullMarked;
