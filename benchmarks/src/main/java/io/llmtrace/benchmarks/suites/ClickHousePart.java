package io.llmtrace.benchmarks.suites;

import io.llmtrace.benchmarks.report.Comparison;
import io.llmtrace.benchmarks.report.Report;
import java.util.List;

/** A part of the suite, with its section of the report. */
interface ClickHousePart {

    void measure();

    List<Comparison> comparisons();

    List<Report.Extra> extras();

    List<Report.Table> tables();
}
