package io.llmtrace.testkit;

import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.memory.InMemoryTraceRepository;

/** Runs the restart tests on the reference, which stays open: they demand nothing that it does not provide. */
final class RestartContractTest extends RestartContract {

    RestartContractTest() {
        super(new NeverClosed());
    }

    private static final class NeverClosed implements RepositoryFixture {
        @Override
        public TraceRepository newRepository() {
            return new InMemoryTraceRepository();
        }

        @Override
        public TraceRepository restart(TraceRepository repository) {
            return repository;
        }

        @Override
        public boolean isRestartable() {
            return true;
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
}
