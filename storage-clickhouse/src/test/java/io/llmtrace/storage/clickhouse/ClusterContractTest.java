package io.llmtrace.storage.clickhouse;

import io.llmtrace.dev.clickhouse.ClickHouseCluster;
import io.llmtrace.testkit.DurableTraceRepositoryContract;
import io.llmtrace.testkit.NeedsClickHouse;
import io.llmtrace.testkit.RepositoryFixture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The whole contract, on two shards with two replicas each. */
@NeedsClickHouse
@Execution(ExecutionMode.CONCURRENT)
@Tag("cluster")
final class ClusterContractTest extends DurableTraceRepositoryContract {

    private static final ClickHouseFixture FIXTURE = ClickHouseFixture.onCluster(() -> Shared.CLUSTER);

    /** Starts the cluster with the first test; it ends with the JVM. */
    private static final class Shared {
        private static final ClickHouseCluster CLUSTER = ClickHouseCluster.start(2, 2);
    }

    @Override
    protected RepositoryFixture fixture() {
        return FIXTURE;
    }
}
