/** The pipeline from the receivers to the repository: batching, a spool on disk, dead letters and back-pressure. */
@NullMarked
package io.llmtrace.ingest;

import org.jspecify.annotations.NullMarked;
