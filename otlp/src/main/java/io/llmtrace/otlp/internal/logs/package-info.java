/** Log records: those of agents become spans of their own, those with content become events of the span that they name. */
@NullMarked
package io.llmtrace.otlp.internal.logs;

import org.jspecify.annotations.NullMarked;
