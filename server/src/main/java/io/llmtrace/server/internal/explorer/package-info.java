/** The files of the trace explorer, the page in the browser. */
@NullMarked
package io.llmtrace.server.internal.explorer;

import org.jspecify.annotations.NullMarked;
