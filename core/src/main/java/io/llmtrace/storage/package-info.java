/** The repository contract: what every store of traces promises, whatever engine is behind it. */
@NullMarked
package io.llmtrace.storage;

import org.jspecify.annotations.NullMarked;
