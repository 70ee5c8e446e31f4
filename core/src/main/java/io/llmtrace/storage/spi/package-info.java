/** What the author of a storage backend needs beyond the contract: discovery, cursors, the words of the text filter. */
@NullMarked
package io.llmtrace.storage.spi;

import org.jspecify.annotations.NullMarked;
