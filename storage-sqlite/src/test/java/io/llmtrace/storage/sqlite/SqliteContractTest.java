package io.llmtrace.storage.sqlite;

import io.llmtrace.testkit.DurableTraceRepositoryContract;
import io.llmtrace.testkit.RepositoryFixture;

/** Runs the whole contract against SQLite. */
final class SqliteContractTest extends DurableTraceRepositoryContract {

    @Override
    protected RepositoryFixture fixture() {
        return new SqliteFixture();
    }
}
