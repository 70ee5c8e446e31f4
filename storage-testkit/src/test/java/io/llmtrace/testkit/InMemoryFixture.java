package io.llmtrace.testkit;

import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.memory.InMemoryTraceRepository;

/** The reference repository, which has nothing to compact and cannot be opened again. */
final class InMemoryFixture implements RepositoryFixture {

    @Override
    public TraceRepository newRepository() {
        return new InMemoryTraceRepository();
    }

    @Override
    public TraceRepository restart(TraceRepository repository) {
        throw new UnsupportedOperationException("nothing of an in-memory repository outlives it");
    }

    @Override
    public boolean isRestartable() {
        return false;
    }

    @Override
    public void compact(TraceRepository repository) {
        // it keeps only the last version of a span
    }

    @Override
    public void clear(TraceRepository repository) {
        repository.close();
    }
}
