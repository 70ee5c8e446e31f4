/** The command line. {@link io.llmtrace.cli.LlmTraceCli} runs one command with given streams and variables. */
@NullMarked
package io.llmtrace.cli;

import org.jspecify.annotations.NullMarked;
