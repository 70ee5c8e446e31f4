/** The command line. {@link io.llmtrace.cli.LlmTraceCli} runs one command with streams and variables that are handed in. */
@NullMarked
package io.llmtrace.cli;

import org.jspecify.annotations.NullMarked;
