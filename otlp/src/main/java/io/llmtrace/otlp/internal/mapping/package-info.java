/**
 * The mapping table, and what is read from a span with it: kind, provider, outcome, content, tags, and llmtrace's own
 * attributes.
 */
@NullMarked
package io.llmtrace.otlp.internal.mapping;

import org.jspecify.annotations.NullMarked;
