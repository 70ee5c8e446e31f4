/** Single measurements of one contender, and the child processes that run them. */
@NullMarked
package io.llmtrace.benchmarks.tasks;

import org.jspecify.annotations.NullMarked;
