/** Prints traces, spans, actions and analytics on a terminal, as text and tables. */
@NullMarked
package io.llmtrace.cli.output;

import org.jspecify.annotations.NullMarked;
