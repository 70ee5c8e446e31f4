/**
 * Measures a backend beside other ways to store the same spans, on the same machine in the same run. What counts are the
 * ratios.
 */
@NullMarked
package io.llmtrace.benchmarks;

import org.jspecify.annotations.NullMarked;
