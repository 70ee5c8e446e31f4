package io.llmtrace.benchmarks.contenders;

import io.llmtrace.benchmarks.environment.ClickHouseDatabase;
import io.llmtrace.storage.TraceRepositories;
import java.nio.file.Path;

/** llmtrace on ClickHouse. */
final class ClickHouseRepositoryContender implements ClickHouseContender {

    @Override
    public Store open(Path folder) {
        return new RepositoryStore(
                TraceRepositories.open(ClickHouseDatabase.of(folder).url()));
    }
}
