/** Limits that protect the server: memory and body sizes, requests from other sites' pages, cancelled reads, and closing. */
@NullMarked
package io.llmtrace.server.internal.limits;

import org.jspecify.annotations.NullMarked;
