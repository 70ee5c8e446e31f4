/**
 * Maintains a store: deletes, retention, statistics, properties, and the work of the background thread, which fills the text
 * index and the aggregates of traces.
 */
@NullMarked
package io.llmtrace.storage.sqlite.internal.upkeep;

import org.jspecify.annotations.NullMarked;
