package io.llmtrace.benchmarks;

import io.llmtrace.benchmarks.Comparison.Wanted;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Has tasks done in other processes, tells their figures as they come, and keeps them. */
final class Runner implements AutoCloseable {

    private final Scale scale;
    private final Fork fork;
    private final PrintStream progress;
    private final Measurements measurements = new Measurements();

    /** @param variables of the environment of these processes */
    Runner(Scale scale, Map<String, String> variables, PrintStream progress) {
        this.scale = scale;
        this.fork = new Fork(scale, variables);
        this.progress = progress;
    }

    void say(String text) {
        progress.println(text);
    }

    /** @param subject what is measured, under which its figures are found again */
    void measure(String subject, Task task, Contenders contender, Path folder) {
        add(subject, contender, fork.run(task, contender, folder));
    }

    /** Keeps figures that were had without a task. */
    void add(String subject, Contenders contender, Map<Figure, Double> figures) {
        measurements.add(subject, contender, figures);
        List<String> texts = new ArrayList<>();
        figures.forEach((figure, value) -> texts.add(figure.format(value)));
        say("  " + subject + ", " + contender.text() + ": " + String.join(", ", texts));
    }

    /** One of each round. */
    List<Double> values(String subject, Contenders contender, Figure figure) {
        return measurements.values(subject, contender, figure);
    }

    Comparison compare(
            String measure, String subject, Figure figure, Contenders ours, Contenders baseline, Wanted wanted) {
        return new Comparison(
                measure,
                figure,
                measurements.values(subject, ours, figure),
                baseline.text(),
                measurements.values(subject, baseline, figure),
                wanted);
    }

    /** Of one contender, with much and with little in its store. */
    Comparison growth(String measure, String large, String small, int smallSpans, Contenders ours, double atMost) {
        return new Comparison(
                measure,
                Figure.MEDIAN_MICROSECONDS,
                measurements.values(large, ours, Figure.MEDIAN_MICROSECONDS),
                "ours with " + Report.count(smallSpans) + " spans",
                measurements.values(small, ours, Figure.MEDIAN_MICROSECONDS),
                Wanted.atMost(atMost));
    }

    Report.Extra extra(String measure, String subject, Figure figure, Contenders contender) {
        return new Report.Extra(measure, contender.text(), figure, measurements.values(subject, contender, figure));
    }

    /** For the record. */
    Map<String, String> parameters() {
        return Map.of("parameters", scale.toString(), "each process", "java " + String.join(" ", fork.flags()));
    }

    @Override
    public void close() {
        fork.close();
    }
}
