/** A real ClickHouse server, or a small cluster, for tests and for development. */
@NullMarked
package io.llmtrace.dev.clickhouse;

import org.jspecify.annotations.NullMarked;
