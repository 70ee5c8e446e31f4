/** The stored form of spans: the columns of the table {@code spans}, and reading spans and traces by their ids. */
@NullMarked
package io.llmtrace.storage.clickhouse.internal.read;

import org.jspecify.annotations.NullMarked;
