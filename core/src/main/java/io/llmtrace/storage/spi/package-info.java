/**
 * Helpers for authors of storage backends: argument checks, page cursors, exact aggregates, properties of a store, and
 * repositories that wrap others.
 */
@NullMarked
package io.llmtrace.storage.spi;

import org.jspecify.annotations.NullMarked;
