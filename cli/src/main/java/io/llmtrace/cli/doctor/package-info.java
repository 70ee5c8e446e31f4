/** The checks of {@code doctor}. They change nothing. */
@NullMarked
package io.llmtrace.cli.doctor;

import org.jspecify.annotations.NullMarked;
