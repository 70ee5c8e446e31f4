/** The commands, one class each. {@link io.llmtrace.cli.commands.Commands} puts them together. */
@NullMarked
package io.llmtrace.cli.commands;

import org.jspecify.annotations.NullMarked;
