/** Maintains a store: deletes, retention, properties, statistics, and the import of the original schema. */
@NullMarked
package io.llmtrace.storage.clickhouse.internal.upkeep;

import org.jspecify.annotations.NullMarked;
