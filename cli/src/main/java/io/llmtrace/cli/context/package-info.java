/** The environment of a command, and the ways in which it can end. */
@NullMarked
package io.llmtrace.cli.context;

import org.jspecify.annotations.NullMarked;
