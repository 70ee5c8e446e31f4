/** The suites that the command line offers: which tasks run, on which contenders, and which ratios count. */
@NullMarked
package io.llmtrace.benchmarks.suites;

import org.jspecify.annotations.NullMarked;
