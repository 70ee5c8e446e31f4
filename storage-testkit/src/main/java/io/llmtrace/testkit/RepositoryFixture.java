package io.llmtrace.testkit;

import io.llmtrace.storage.TraceRepository;

/**
 * What a backend gives the contract suite: how its stores come into being, age, restart and go. Every test takes a store
 * of its own.
 */
public interface RepositoryFixture {

    /** An open repository on a fresh, empty store. */
    TraceRepository newRepository();

    /**
     * Closes the repository and opens the same store again, as after a restart of the process.
     *
     * @throws UnsupportedOperationException if {@link #isRestartable()} is false
     */
    TraceRepository restart(TraceRepository repository);

    /**
     * Whether a store outlives its repository. If so, its suite is {@link DurableTraceRepositoryContract}; if not,
     * {@link TraceRepositoryContract}. The suite fails on the wrong one, so that no test is left out by accident.
     */
    boolean isRestartable();

    /**
     * Does now what the engine does at some later time: merges, indexes, removes what was replaced or deleted. Nothing that
     * a reader sees may change. Every assertion about stored data is made before and after it.
     */
    void compact(TraceRepository repository);

    /**
     * Whether the repositories are {@link io.llmtrace.storage.analytics.TraceAnalytics} as well. If not, the tests of these are
     * left out; the suite fails on the wrong answer.
     */
    default boolean hasAnalytics() {
        return true;
    }

    /** Closes the repository, which a test may have closed already, and removes its store. */
    void clear(TraceRepository repository);
}
