/** The demo: generated traces sent, stored, and compared. */
@NullMarked
package io.llmtrace.cli.demo;

import org.jspecify.annotations.NullMarked;
