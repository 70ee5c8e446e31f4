/** The demo: it sends generated traces to a server, reads them back, and compares them. */
@NullMarked
package io.llmtrace.cli.demo;

import org.jspecify.annotations.NullMarked;
