package io.llmtrace.cli.output;

import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Style;
import io.llmtrace.cli.terminal.Table;
import io.llmtrace.cli.terminal.Table.Align;
import io.llmtrace.cli.terminal.Table.Cell;
import io.llmtrace.cli.terminal.Table.Column;
import io.llmtrace.model.Severity;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.Percentiles;
import io.llmtrace.storage.analytics.SessionSummary;
import io.llmtrace.storage.analytics.ValueMeasures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The tables of {@code top}. */
public final class AnalyticsTables {

    private AnalyticsTables() {}

    /**
     * Returns the table of a ranking.
     *
     * @param what the argument of the command, which determines the heading of the first column
     * @param rows at least one, all of the same type
     */
    public static Table table(String what, List<?> rows, Style style) {
        Object first = rows.get(0);
        if (first instanceof ActionCount) {
            return actions(rows, style);
        }
        if (first instanceof FindingCount) {
            return findings(rows, style);
        }
        return first instanceof SessionSummary ? sessions(rows, style) : values(what, rows, style);
    }

    private static Table values(String what, List<?> rows, Style style) {
        String heading = what.startsWith("tag.")
                ? what
                : what.substring(0, what.length() - 1).toUpperCase(Locale.ROOT);
        Table table = new Table(columns(List.of(Column.flexible(heading, 16, Integer.MAX_VALUE))));
        for (Object row : rows) {
            ValueMeasures value = (ValueMeasures) row;
            Cell name = value.value() == null ? Cell.of("(none)", style::dim) : ListTables.cell(value.value());
            table.add(cells(List.of(name), value.measures(), style));
        }
        return table;
    }

    private static Table sessions(List<?> rows, Style style) {
        Table table = new Table(columns(List.of(
                Column.fixed("LAST", Align.LEFT),
                Column.flexible("SESSION", 16, Integer.MAX_VALUE),
                Column.flexible("USER", 8, 60),
                Column.optional("TRACES", Align.RIGHT, 50))));
        for (Object row : rows) {
            SessionSummary session = (SessionSummary) row;
            table.add(cells(
                    List.of(
                            Cell.of(Formats.time(session.lastTime()), style::dim),
                            ListTables.cell(session.sessionId()),
                            ListTables.cell(session.userId()),
                            Cell.of(Formats.count(session.traces()))),
                    session.measures(),
                    style));
        }
        return table;
    }

    private static Table findings(List<?> rows, Style style) {
        Table table = new Table(List.of(
                Column.fixed("SEVERITY", Align.LEFT),
                Column.flexible("FINDING", 16, Integer.MAX_VALUE),
                Column.fixed("COUNT", Align.RIGHT),
                Column.optional("SPANS", Align.RIGHT, 60),
                Column.optional("LAST", Align.LEFT, 50)));
        for (Object row : rows) {
            FindingCount finding = (FindingCount) row;
            boolean alert = finding.severity().compareTo(Severity.HIGH) >= 0;
            table.add(
                    Cell.of(finding.severity().text(), alert ? style::red : style::yellow),
                    ListTables.cell(finding.findingType()),
                    Cell.of(Formats.count(finding.findings())),
                    Cell.of(Formats.count(finding.spans())),
                    Cell.of(Formats.time(finding.lastTime()), style::dim));
        }
        return table;
    }

    private static Table actions(List<?> rows, Style style) {
        Table table = new Table(List.of(
                Column.flexible("TOOL", 16, Integer.MAX_VALUE),
                Column.optional("TYPE", Align.LEFT, 50),
                Column.fixed("COUNT", Align.RIGHT),
                Column.fixed("FAILED", Align.RIGHT),
                Column.fixed("RATE", Align.RIGHT),
                Column.optional("ASKED FOR", Align.RIGHT, 55),
                Column.optional("P50", Align.RIGHT, 40),
                Column.optional("P95", Align.RIGHT, 45),
                Column.optional("P99", Align.RIGHT, 35)));
        for (Object row : rows) {
            ActionCount action = (ActionCount) row;
            table.add(
                    ListTables.cell(action.name()),
                    Cell.of(action.actionType().text()),
                    Cell.of(Formats.count(action.actions())),
                    Cell.of(Formats.count(action.failures()), action.failures() == 0 ? style::dim : style::red),
                    Cell.of(
                            action.actions() == 0
                                    ? ""
                                    : String.format(Locale.ROOT, "%.1f %%", action.failureRate() * 100)),
                    Cell.of(action.requested() == 0 ? "" : Formats.count(action.requested())),
                    percentile(action.durationMs(), Percentiles::p50),
                    percentile(action.durationMs(), Percentiles::p95),
                    percentile(action.durationMs(), Percentiles::p99));
        }
        return table;
    }

    private static List<Column> columns(List<Column> first) {
        List<Column> all = new ArrayList<>(first);
        all.addAll(List.of(
                Column.optional("SPANS", Align.RIGHT, 80),
                Column.optional("ERRORS", Align.RIGHT, 75),
                Column.optional("TOKENS", Align.RIGHT, 65),
                Column.optional("COST", Align.RIGHT, 70),
                Column.optional("P50", Align.RIGHT, 40),
                Column.optional("P95", Align.RIGHT, 45),
                Column.optional("P99", Align.RIGHT, 35)));
        return all;
    }

    private static Cell[] cells(List<Cell> first, Measures measures, Style style) {
        List<Cell> all = new ArrayList<>(first);
        all.add(Cell.of(Formats.count(measures.spans())));
        all.add(Cell.of(measures.errors() == 0 ? "" : Formats.count(measures.errors()), style::red));
        all.add(Cell.of(Formats.count(measures.totalTokens())));
        all.add(Cell.of(Formats.cost(measures.costUsd())));
        all.add(percentile(measures.durationMs(), Percentiles::p50));
        all.add(percentile(measures.durationMs(), Percentiles::p95));
        all.add(percentile(measures.durationMs(), Percentiles::p99));
        return all.toArray(Cell[]::new);
    }

    private static Cell percentile(@Nullable Percentiles durations, Function<Percentiles, Long> which) {
        return Cell.of(durations == null ? "" : Formats.duration(which.apply(durations)));
    }
}
