/**
 * The open file: connections, transactions, migrations, the lock against a second writing process, limits on reads, and the
 * translation of SQLite's errors into the exceptions of the contract.
 */
@NullMarked
package io.llmtrace.storage.sqlite.internal.engine;

import org.jspecify.annotations.NullMarked;
