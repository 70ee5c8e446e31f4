/** The spans that are written: their loads, their batches, and what a reader must know of them. */
@NullMarked
package io.llmtrace.benchmarks.load;

import org.jspecify.annotations.NullMarked;
