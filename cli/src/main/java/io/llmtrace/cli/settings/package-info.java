/** Settings from flags, environment variables and a file, each with its origin. */
@NullMarked
package io.llmtrace.cli.settings;

import org.jspecify.annotations.NullMarked;
