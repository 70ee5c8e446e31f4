package io.llmtrace.testkit;

import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.memory.InMemoryTraceRepository;

/** The tests of restarts ask nothing that the reference would not give, had it been open all along. */
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
            // keeps the last version of a span only
        }

        @Override
        public void clear(TraceRepository repository) {
            repository.close();
        }
    }
}
