/** What runs in the process of a server: the engine, and the little that it needs around it. */
@NullMarked
package io.llmtrace.dev.clickhouse.launcher;

import org.jspecify.annotations.NullMarked;
