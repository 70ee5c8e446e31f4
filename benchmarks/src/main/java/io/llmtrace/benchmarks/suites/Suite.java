package io.llmtrace.benchmarks.suites;

import io.llmtrace.benchmarks.report.Report;

/** A set of measurements with one report. */
public interface Suite {

    /** Runs all measurements, which takes from a minute to hours, depending on the scale. */
    Report run();
}
