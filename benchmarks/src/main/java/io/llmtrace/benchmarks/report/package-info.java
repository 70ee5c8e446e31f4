/** Measured values, their ratios and the report in Markdown. */
@NullMarked
package io.llmtrace.benchmarks.report;

import org.jspecify.annotations.NullMarked;
