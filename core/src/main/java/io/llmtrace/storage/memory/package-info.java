/** The in-memory repository, which is the reference that all other backends are compared with. */
@NullMarked
package io.llmtrace.storage.memory;

import org.jspecify.annotations.NullMarked;
