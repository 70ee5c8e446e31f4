/**
 * Compares a backend with other ways to store the same spans, on the same machine in the same run. The results are ratios, since
 * absolute numbers depend on the machine.
 */
@NullMarked
package io.llmtrace.benchmarks;

import org.jspecify.annotations.NullMarked;
