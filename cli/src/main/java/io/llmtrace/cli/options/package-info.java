/** Options that several commands share, and the stores that they open. */
@NullMarked
package io.llmtrace.cli.options;

import org.jspecify.annotations.NullMarked;
