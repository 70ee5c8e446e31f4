/** Chat messages, documents and tool calls in the shapes that instrumentations send, converted to OpenTelemetry's JSON. */
@NullMarked
package io.llmtrace.otlp.internal.messages;

import org.jspecify.annotations.NullMarked;
