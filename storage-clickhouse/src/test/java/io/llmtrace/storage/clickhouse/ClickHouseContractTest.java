package io.llmtrace.storage.clickhouse;

import io.llmtrace.testkit.DurableTraceRepositoryContract;
import io.llmtrace.testkit.NeedsClickHouse;
import io.llmtrace.testkit.RepositoryFixture;

/** The whole contract, on a real server. */
@NeedsClickHouse
final class ClickHouseContractTest extends DurableTraceRepositoryContract {

    private static final ClickHouseFixture FIXTURE = new ClickHouseFixture();

    @Override
    protected RepositoryFixture fixture() {
        return FIXTURE;
    }
}
