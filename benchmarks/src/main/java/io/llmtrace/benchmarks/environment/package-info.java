/** The machine, folders, databases and processes that a measurement runs on. */
@NullMarked
package io.llmtrace.benchmarks.environment;

import org.jspecify.annotations.NullMarked;
