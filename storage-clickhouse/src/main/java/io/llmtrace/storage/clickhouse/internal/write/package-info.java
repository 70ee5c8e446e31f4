/** Encodes spans as rows and inserts them: one call of the repository is one insert, visible as a whole or not at all. */
@NullMarked
package io.llmtrace.storage.clickhouse.internal.write;

import org.jspecify.annotations.NullMarked;
