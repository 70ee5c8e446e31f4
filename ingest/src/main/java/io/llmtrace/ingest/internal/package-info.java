/**
 * The engine behind {@link io.llmtrace.ingest.SpanIngest}: the queue of submissions, the writes to the store, the spool and the
 * dead letters. It does not depend on the API above it.
 */
@NullMarked
package io.llmtrace.ingest.internal;

import org.jspecify.annotations.NullMarked;
