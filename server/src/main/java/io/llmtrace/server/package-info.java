/**
 * The server: OTLP over HTTP and gRPC, the REST API, and the trace explorer, on one port. Everything that is not in this package
 * is internal.
 */
@NullMarked
package io.llmtrace.server;

import org.jspecify.annotations.NullMarked;
