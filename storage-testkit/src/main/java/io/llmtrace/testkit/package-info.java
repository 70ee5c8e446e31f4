/** The contract suite that every storage backend runs, and the random traces that it is fed with. */
@NullMarked
package io.llmtrace.testkit;

import org.jspecify.annotations.NullMarked;
