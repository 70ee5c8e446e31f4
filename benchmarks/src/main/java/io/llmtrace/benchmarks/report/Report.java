package io.llmtrace.benchmarks.report;

import io.llmtrace.benchmarks.contenders.Metric;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The results of a run, as Markdown. */
public record Report(
        List<Comparison> comparisons, List<Extra> extras, List<Table> tables, Map<String, String> parameters) {

    /** An additional table, such as the sizes of the parts of a store. The first column is text, the others are numbers. */
    public record Table(String title, List<String> head, List<List<String>> rows) {

        private String markdown() {
            StringBuilder text = new StringBuilder("\n## " + title + "\n\n" + row(head) + "|---");
            text.append("|---:".repeat(head.size() - 1)).append("|\n");
            rows.forEach(row -> text.append(row(row)));
            return text.toString();
        }

        private static String row(List<String> cells) {
            return "| " + String.join(" | ", cells) + " |\n";
        }
    }

    /** A metric without a wanted ratio. */
    public record Extra(String measure, String contender, Metric metric, List<Double> values) {

        private String row() {
            String range = values.size() == 1
                    ? ""
                    : " (" + metric.format(Collections.min(values)) + " to " + metric.format(Collections.max(values))
                            + ")";
            return "| " + measure + " | " + contender + " | " + metric.format(Measurements.median(values)) + range
                    + " |";
        }
    }

    public String markdown(String title, Map<String, String> machine) {
        StringBuilder text = new StringBuilder("# " + title + "\n\n");
        text.append(Comparison.HEAD);
        comparisons.forEach(comparison -> text.append(comparison.row()).append('\n'));
        long met = comparisons.stream().filter(Comparison::met).count();
        text.append("\n").append(met).append(" of ").append(comparisons.size()).append(" met.\n");
        text.append("\n## Also measured\n\n| measure | of | median (range) |\n|---|---|---:|\n");
        extras.forEach(extra -> text.append(extra.row()).append('\n'));
        tables.forEach(table -> text.append(table.markdown()));
        text.append("\n## The run\n\n| | |\n|---|---|\n");
        machine.forEach((name, value) -> text.append("| " + name + " | " + value + " |\n"));
        new TreeMap<>(parameters).forEach((name, value) -> text.append("| " + name + " | " + value + " |\n"));
        return text.toString();
    }

    public static String count(int number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
