/** The implementation of the server. {@link io.llmtrace.server.internal.Services} wires its packages together. */
@NullMarked
package io.llmtrace.server.internal;

import org.jspecify.annotations.NullMarked;
