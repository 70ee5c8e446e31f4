/** Routes: reading a request, calling its handler off the event loop, and answering what no route serves. */
@NullMarked
package io.llmtrace.server.internal.http;

import org.jspecify.annotations.NullMarked;
