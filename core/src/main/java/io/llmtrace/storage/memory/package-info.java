/** The reference repository: keeps everything on the heap, and is what the other backends are compared with. */
@NullMarked
package io.llmtrace.storage.memory;

import org.jspecify.annotations.NullMarked;
