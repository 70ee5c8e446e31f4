package io.llmtrace.cli.demo;

import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Figures;
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
 * What the demo stored, for a person.
 *
 * @param differences what did not come back as it was sent; empty when all is right
 */
public record DemoReport(List<TraceSummary> traces, StorageStats stats, List<String> differences) {

    private static final int MAX_LISTED_DIFFERENCES = 20;
    private static final int MAX_LISTED_MODELS = 4;

    public List<String> lines(Style style) {
        List<String> lines = new ArrayList<>();
        if (!differences.isEmpty()) {
            lines.add("");
            lines.add(style.red(Figures.count(differences.size(), "difference") + ":"));
            differences.stream().limit(MAX_LISTED_DIFFERENCES).forEach(d -> lines.add("  " + d));
        }
        lines.add("");
        facts().forEach((name, value) -> lines.add(style.dim(Display.padRight(name, 10)) + value));
        lines.add("");
        return lines;
    }

    /**
     * Three, ready to be copied.
     *
     * @param target their last option, with a blank before it; empty for none
     */
    public List<String> nextCommands(String target) {
        List<String> commands = new ArrayList<>();
        commands.add("./llmtrace query --status error --limit 10" + target);
        mostTelling().ifPresent(trace -> commands.add("./llmtrace show " + Figures.traceId(trace.traceId()) + target));
        commands.add("./llmtrace stats" + target);
        return commands;
    }

    private Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "stored",
                Figures.count(stats.totalTraces(), "trace") + ", " + Figures.count(stats.totalSpans(), "span") + ", "
                        + Figures.bytes(stats.storageSizeBytes()) + " on disk");
        facts.put("time", Figures.time(stats.oldestTrace()) + " to " + Figures.time(stats.newestTrace()));
        facts.put("models", models());
        long tokens = sum(TraceSummary::totalTokens);
        double cost = traces.stream()
                .map(TraceSummary::estimatedCostUsd)
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .sum();
        facts.put("usage", Figures.count(tokens, "token") + ", " + Figures.cost(cost));
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
        return Figures.count(total) + " in " + Figures.count(with, "trace");
    }

    private long sum(Function<TraceSummary, @Nullable Long> field) {
        return traces.stream()
                .map(field)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .sum();
    }

    /** One with errors or findings, and of a size that fits a screen. */
    private Optional<TraceSummary> mostTelling() {
        return traces.stream()
                .filter(trace -> trace.spanCount() <= 12)
                .max(Comparator.comparingLong((TraceSummary trace) -> Math.min(1, trace.findingCount()))
                        .thenComparingLong(trace -> Math.min(1, trace.errorCount()))
                        .thenComparingLong(TraceSummary::llmCallCount));
    }
}
