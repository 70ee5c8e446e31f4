/** Between the receivers and the repository. */
@NullMarked
package io.llmtrace.ingest;

import org.jspecify.annotations.NullMarked;
