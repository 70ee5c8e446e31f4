/** Import, export and remapping of traces. */
@NullMarked
package io.llmtrace.cli.transfer;

import org.jspecify.annotations.NullMarked;
