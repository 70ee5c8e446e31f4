/** Traces in and out as NDJSON. */
@NullMarked
package io.llmtrace.cli.transfer;

import org.jspecify.annotations.NullMarked;
