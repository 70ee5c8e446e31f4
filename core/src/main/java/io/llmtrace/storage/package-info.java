/** The contract of a store of traces, its queries and its results, independent of the storage engine. */
@NullMarked
package io.llmtrace.storage;

import org.jspecify.annotations.NullMarked;
