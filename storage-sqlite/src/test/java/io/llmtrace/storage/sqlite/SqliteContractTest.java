package io.llmtrace.storage.sqlite;

import io.llmtrace.testkit.DurableTraceRepositoryContract;
import io.llmtrace.testkit.RepositoryFixture;

/** The whole contract. */
final class SqliteContractTest extends DurableTraceRepositoryContract {

    @Override
    protected RepositoryFixture fixture() {
        return new SqliteFixture();
    }
}
