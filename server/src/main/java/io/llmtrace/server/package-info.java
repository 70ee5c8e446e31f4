/** The server: OTLP over HTTP and gRPC, REST, and the pages around them, on one port. */
@NullMarked
package io.llmtrace.server;

import org.jspecify.annotations.NullMarked;
