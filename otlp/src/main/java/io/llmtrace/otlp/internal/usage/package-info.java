/** The tokens of a span and what they cost. */
@NullMarked
package io.llmtrace.otlp.internal.usage;

import org.jspecify.annotations.NullMarked;
