package io.llmtrace.benchmarks;

/** All comparisons of one backend. */
interface Suite {

    /** Measures everything; takes as long as the scale says. */
    Report run();
}
