package io.llmtrace.cli.demo;

import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Style;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.TraceSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The report of a demo.
 *
 * @param traces summaries of all traces
 * @param differences the differences between the spans that were sent and those that were read back; empty if there are none
 */
public record DemoReport(List<TraceSummary> traces, StorageStats stats, List<String> differences) {

    private static final int MAX_LISTED_DIFFERENCES = 20;
    private static final int MAX_LISTED_MODELS = 4;

    /** Returns the lines of the report. */
    public List<String> lines(Style style) {
        List<String> lines = new ArrayList<>();
        if (!differences.isEmpty()) {
            lines.add("");
            lines.add(style.red(Formats.count(differences.size(), "difference") + ":"));
            differences.stream().limit(MAX_LISTED_DIFFERENCES).forEach(d -> lines.add("  " + d));
        }
        lines.add("");
        facts().forEach((name, value) -> lines.add(style.dim(Display.padRight(name, 10)) + value));
        lines.add("");
        return lines;
    }

    /**
     * Returns commands to try next, ready to be copied.
     *
     * @param target an option to append to each command, with a space before it; empty for none
     */
    public List<String> nextCommands(String target) {
        List<String> commands = new ArrayList<>();
        commands.add("./llmtrace query --status error --limit 10" + target);
        mostInteresting()
                .ifPresent(trace -> commands.add("./llmtrace show " + Formats.traceId(trace.traceId()) + target));
        commands.add("./llmtrace stats" + target);
        return commands;
    }

    private Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "stored",
                Formats.count(stats.totalTraces(), "trace") + ", " + Formats.count(stats.totalSpans(), "span") + ", "
                        + Formats.bytes(stats.storageSizeBytes()) + " on disk");
        facts.put("time", Formats.time(stats.oldestTrace()) + " to " + Formats.time(stats.newestTrace()));
        facts.put("models", models());
        long tokens = sum(TraceSummary::totalTokens);
        double cost = traces.stream()
                .map(TraceSummary::estimatedCostUsd)
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .sum();
        facts.put("usage", Formats.count(tokens, "token") + ", " + Formats.cost(cost));
        facts.put("errors", spansIn(TraceSummary::errorCount));
        facts.put("findings", spansIn(TraceSummary::findingCount));
        return facts;
    }

    private String models() {
        Map<String, Long> counts = new TreeMap<>();
        traces.forEach(trace -> trace.models().forEach(model -> counts.merge(model, 1L, Long::sum)));
        String listed = counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(MAX_LISTED_MODELS)
                .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
                .collect(Collectors.joining(", "));
        int more = counts.size() - MAX_LISTED_MODELS;
        return more > 0 ? listed + " and " + more + " more" : listed;
    }

    private interface Count {
        long of(TraceSummary trace);
    }

    private String spansIn(Count count) {
        long total = traces.stream().mapToLong(count::of).sum();
        long with = traces.stream().filter(trace -> count.of(trace) > 0).count();
        return Formats.count(total) + " in " + Formats.count(with, "trace");
    }

    private long sum(Function<TraceSummary, @Nullable Long> field) {
        return traces.stream()
                .map(field)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Returns a trace with errors or findings that fits on a screen. */
    private Optional<TraceSummary> mostInteresting() {
        return traces.stream()
                .filter(trace -> trace.spanCount() <= 12)
                .max(Comparator.comparingLong((TraceSummary trace) -> Math.min(1, trace.findingCount()))
                        .thenComparingLong(trace -> Math.min(1, trace.errorCount()))
                        .thenComparingLong(TraceSummary::llmCallCount));
    }
}
