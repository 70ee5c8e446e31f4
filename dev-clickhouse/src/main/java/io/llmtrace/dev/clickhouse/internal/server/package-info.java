/** Starts, watches and ends the process of a server, and keeps its folder. */
@NullMarked
package io.llmtrace.dev.clickhouse.internal.server;

import org.jspecify.annotations.NullMarked;
