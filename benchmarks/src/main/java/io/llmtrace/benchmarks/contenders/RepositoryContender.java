package io.llmtrace.benchmarks.contenders;

import io.llmtrace.storage.TraceRepositories;
import java.nio.file.Path;

/** llmtrace on SQLite. */
record RepositoryContender(String scheme) implements Contender {

    @Override
    public Store open(Path folder) {
        return new RepositoryStore(TraceRepositories.open(scheme + folder.resolve("traces.db")));
    }
}
