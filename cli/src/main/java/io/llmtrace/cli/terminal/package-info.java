/** Human-readable output: tables, number formats, colours and progress. */
@NullMarked
package io.llmtrace.cli.terminal;

import org.jspecify.annotations.NullMarked;
