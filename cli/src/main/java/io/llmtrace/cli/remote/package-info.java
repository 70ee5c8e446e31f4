/** Access to a running server, as a repository and as an OTLP exporter. */
@NullMarked
package io.llmtrace.cli.remote;

import org.jspecify.annotations.NullMarked;
