/** The stores that are compared: llmtrace, and the baselines. */
@NullMarked
package io.llmtrace.benchmarks.contenders;

import org.jspecify.annotations.NullMarked;
