/** The code that runs in the process of a server, around the engine. */
@NullMarked
package io.llmtrace.dev.clickhouse.internal.launcher;

import org.jspecify.annotations.NullMarked;
