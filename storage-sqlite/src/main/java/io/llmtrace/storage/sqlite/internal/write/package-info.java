/**
 * Turns spans and traces into rows: packing and compressing bodies, assigning ids to names, and the transaction of a write.
 */
@NullMarked
package io.llmtrace.storage.sqlite.internal.write;

import org.jspecify.annotations.NullMarked;
