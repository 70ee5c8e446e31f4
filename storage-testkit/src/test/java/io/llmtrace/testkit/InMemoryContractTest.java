package io.llmtrace.testkit;

/** Runs the whole contract on the reference, except the restarts of {@link DurableTraceRepositoryContract}. */
final class InMemoryContractTest extends TraceRepositoryContract {

    @Override
    protected RepositoryFixture fixture() {
        return new InMemoryFixture();
    }
}
