/** OTLP over HTTP and gRPC. */
@NullMarked
package io.llmtrace.server.internal.otlp;

import org.jspecify.annotations.NullMarked;
