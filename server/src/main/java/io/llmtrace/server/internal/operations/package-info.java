/** Health and metrics, for the operators of the server. */
@NullMarked
package io.llmtrace.server.internal.operations;

import org.jspecify.annotations.NullMarked;
