/** What a person sees: tables, figures, colours, progress. */
@NullMarked
package io.llmtrace.cli.terminal;

import org.jspecify.annotations.NullMarked;
