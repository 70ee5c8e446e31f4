/**
 * Turns rows into spans and traces: the list of the columns of a span, and the readers of rows and blocks.
 */
@NullMarked
package io.llmtrace.storage.sqlite.internal.read;

import org.jspecify.annotations.NullMarked;
