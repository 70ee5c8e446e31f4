/** Starts a real ClickHouse server, or a small cluster, for tests and development. */
@NullMarked
package io.llmtrace.dev.clickhouse;

import org.jspecify.annotations.NullMarked;
