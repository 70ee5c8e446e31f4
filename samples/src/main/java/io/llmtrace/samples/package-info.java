/** Generated traces that read like real ones, for the demo and the benchmarks. The same seed gives the same traces. */
@NullMarked
package io.llmtrace.samples;

import org.jspecify.annotations.NullMarked;
