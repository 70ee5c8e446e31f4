package io.llmtrace.testkit;

import io.llmtrace.storage.TraceRepository;

/**
 * The stores of a backend, for the contract suite: how to create, compact, restart and remove one. Every test gets a new store.
 */
public interface RepositoryFixture {

    /** Returns an open repository on a new, empty store. */
    TraceRepository newRepository();

    /**
     * Closes the repository and opens the same store again, as after a restart of the process.
     *
     * @throws UnsupportedOperationException if {@link #isRestartable()} is false
     */
    TraceRepository restart(TraceRepository repository);

    /**
     * Returns whether a store survives the end of its repository. If so, its suite is {@link DurableTraceRepositoryContract}; if
     * not, {@link TraceRepositoryContract}. The wrong suite fails, so that no test is left out by accident.
     */
    boolean isRestartable();

    /**
     * Does immediately what the engine would do later: merges, fills indexes, removes replaced and deleted data. Readers must see
     * no difference: every assertion about stored data is made before and after it.
     */
    void compact(TraceRepository repository);

    /**
     * Returns whether the repositories are {@link io.llmtrace.storage.analytics.TraceAnalytics} as well. If not, the tests of these
     * are skipped; a wrong answer fails the suite.
     */
    default boolean hasAnalytics() {
        return true;
    }

    /** Closes the repository, which a test may have closed already, and removes its store. */
    void clear(TraceRepository repository);
}
