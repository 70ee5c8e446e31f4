package io.llmtrace.benchmarks;

import java.util.List;

/** What is measured together, and what the report says of it afterwards. */
interface ClickHousePart {

    void measure();

    List<Comparison> comparisons();

    List<Report.Extra> extras();

    List<Report.Table> tables();
}
