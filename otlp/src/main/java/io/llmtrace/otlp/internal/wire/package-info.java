/**
 * OTLP as it is on the wire: its JSON form, attribute values, events, resource and scope, and their lossless form in stored
 * attributes. Knows nothing of GenAI conventions.
 */
@NullMarked
package io.llmtrace.otlp.internal.wire;

import org.jspecify.annotations.NullMarked;
