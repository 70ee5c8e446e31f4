package io.llmtrace.storage.clickhouse;

import io.llmtrace.testkit.DurableTraceRepositoryContract;
import io.llmtrace.testkit.NeedsClickHouse;
import io.llmtrace.testkit.RepositoryFixture;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The whole contract, on a real server. */
@NeedsClickHouse
@Execution(ExecutionMode.CONCURRENT)
final class ClickHouseContractTest extends DurableTraceRepositoryContract {

    private static final ClickHouseFixture FIXTURE = ClickHouseFixture.onServer();

    @Override
    protected RepositoryFixture fixture() {
        return FIXTURE;
    }
}
