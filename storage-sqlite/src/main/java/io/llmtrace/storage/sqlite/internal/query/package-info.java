/**
 * Answers queries: filters as SQL, pages in the order of time, rankings, sums, sessions, and the search in the text index.
 */
@NullMarked
package io.llmtrace.storage.sqlite.internal.query;

import org.jspecify.annotations.NullMarked;
