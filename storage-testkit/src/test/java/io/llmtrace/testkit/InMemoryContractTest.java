package io.llmtrace.testkit;

/** The whole contract but for {@link DurableTraceRepositoryContract}'s restarts, which a heap does not survive. */
final class InMemoryContractTest extends TraceRepositoryContract {

    @Override
    protected RepositoryFixture fixture() {
        return new InMemoryFixture();
    }
}
