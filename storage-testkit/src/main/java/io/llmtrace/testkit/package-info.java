/** The contract suite that every storage backend runs, with its generator of random traces. */
@NullMarked
package io.llmtrace.testkit;

import org.jspecify.annotations.NullMarked;
