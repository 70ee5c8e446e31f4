/** A running server as a repository. */
@NullMarked
package io.llmtrace.cli.remote;

import org.jspecify.annotations.NullMarked;
