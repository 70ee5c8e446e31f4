/** Answers queries: filters as SQL, pages of spans and traces, rankings and aggregates. */
@NullMarked
package io.llmtrace.storage.clickhouse.internal.query;

import org.jspecify.annotations.NullMarked;
