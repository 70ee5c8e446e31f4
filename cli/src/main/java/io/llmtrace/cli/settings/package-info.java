/** Settings from flags, variables and a file, each with where it came from. */
@NullMarked
package io.llmtrace.cli.settings;

import org.jspecify.annotations.NullMarked;
