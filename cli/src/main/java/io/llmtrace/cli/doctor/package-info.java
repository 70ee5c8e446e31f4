/** Checks of what llmtrace needs from its surroundings. They change nothing. */
@NullMarked
package io.llmtrace.cli.doctor;

import org.jspecify.annotations.NullMarked;
