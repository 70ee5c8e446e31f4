/** Finds the form of ClickHouse that a server runs, and fetches it if the machine has none. */
@NullMarked
package io.llmtrace.dev.clickhouse.internal.engine;

import org.jspecify.annotations.NullMarked;
