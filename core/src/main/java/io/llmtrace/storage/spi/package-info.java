/**
 * Helpers for authors of storage backends: argument checks, page cursors, exact aggregates, properties and integrity of a
 * store, scans that leave out damaged traces, and repositories that wrap others.
 */
@NullMarked
package io.llmtrace.storage.spi;

import org.jspecify.annotations.NullMarked;
