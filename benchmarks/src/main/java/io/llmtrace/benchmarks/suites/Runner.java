package io.llmtrace.benchmarks.suites;

import io.llmtrace.benchmarks.contenders.Contenders;
import io.llmtrace.benchmarks.contenders.Metric;
import io.llmtrace.benchmarks.report.Comparison;
import io.llmtrace.benchmarks.report.Comparison.Wanted;
import io.llmtrace.benchmarks.report.Measurements;
import io.llmtrace.benchmarks.report.Report;
import io.llmtrace.benchmarks.tasks.Fork;
import io.llmtrace.benchmarks.tasks.Scale;
import io.llmtrace.benchmarks.tasks.Task;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs tasks in child processes, prints their metrics and collects them. */
final class Runner implements AutoCloseable {

    private final Scale scale;
    private final Fork fork;
    private final PrintStream progress;
    private final Measurements measurements = new Measurements();

    /** @param variables the environment variables of the child processes */
    Runner(Scale scale, Map<String, String> variables, PrintStream progress) {
        this.scale = scale;
        this.fork = new Fork(scale, variables);
        this.progress = progress;
    }

    void say(String text) {
        progress.println(text);
    }

    /** @param subject the name under which the metrics are stored */
    void measure(String subject, Task task, Contenders contender, Path folder) {
        add(subject, contender, fork.run(task, contender, folder));
    }

    /** Adds metrics that were measured without a task. */
    void add(String subject, Contenders contender, Map<Metric, Double> metrics) {
        measurements.add(subject, contender, metrics);
        List<String> texts = new ArrayList<>();
        metrics.forEach((metric, value) -> texts.add(metric.format(value)));
        say("  " + subject + ", " + contender.text() + ": " + String.join(", ", texts));
    }

    /** Returns the value of each round. */
    List<Double> values(String subject, Contenders contender, Metric metric) {
        return measurements.values(subject, contender, metric);
    }

    Comparison compare(
            String measure, String subject, Metric metric, Contenders ours, Contenders baseline, Wanted wanted) {
        return new Comparison(
                measure,
                metric,
                measurements.values(subject, ours, metric),
                baseline.text(),
                measurements.values(subject, baseline, metric),
                wanted);
    }

    /** Compares a read of a large store with the same read of a small store of the same contender. */
    Comparison growth(String measure, String large, String small, int smallSpans, Contenders ours, double atMost) {
        return new Comparison(
                measure,
                Metric.MEDIAN_MICROSECONDS,
                measurements.values(large, ours, Metric.MEDIAN_MICROSECONDS),
                "ours with " + Report.count(smallSpans) + " spans",
                measurements.values(small, ours, Metric.MEDIAN_MICROSECONDS),
                Wanted.atMost(atMost));
    }

    Report.Extra extra(String measure, String subject, Metric metric, Contenders contender) {
        return new Report.Extra(measure, contender.text(), metric, measurements.values(subject, contender, metric));
    }

    /** Returns the parameters of the run, for the report. */
    Map<String, String> parameters() {
        return Map.of("parameters", scale.toString(), "each process", "java " + String.join(" ", fork.flags()));
    }

    @Override
    public void close() {
        fork.close();
    }
}
