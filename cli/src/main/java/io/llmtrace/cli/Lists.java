package io.llmtrace.cli;

import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Figures;
import io.llmtrace.cli.terminal.Style;
import io.llmtrace.cli.terminal.Table;
import io.llmtrace.cli.terminal.Table.Align;
import io.llmtrace.cli.terminal.Table.Cell;
import io.llmtrace.cli.terminal.Table.Column;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceSummary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Traces and spans as rows. */
final class Lists {

    private static final int ALERT_SCORE = 80;

    private Lists() {}

    /** @param items all summaries, or all outlines of spans */
    static Table table(List<?> items, Style style) {
        return items.get(0) instanceof SpanOutline
                ? spans(items.stream().map(SpanOutline.class::cast).toList(), style)
                : traces(items.stream().map(TraceSummary.class::cast).toList(), style);
    }

    private static Table traces(List<TraceSummary> traces, Style style) {
        Table table = new Table(List.of(
                Column.fixed("CREATED", Align.LEFT),
                Column.fixed("TRACE", Align.LEFT),
                Column.flexible("NAME", 12, 90),
                Column.optional("DURATION", Align.RIGHT, 70),
                Column.optional("SPANS", Align.RIGHT, 30),
                Column.optional("TOKENS", Align.RIGHT, 60),
                Column.optional("COST", Align.RIGHT, 65),
                Column.optional("ERRORS", Align.RIGHT, 80),
                Column.optional("SCORE", Align.RIGHT, 75),
                Column.flexible("MODEL", 10, 50),
                Column.flexible("INPUT", 16, 40)));
        for (TraceSummary trace : traces) {
            table.add(
                    Cell.of(Figures.time(trace.createdAt()), style::dim),
                    Cell.of(Figures.traceId(trace.traceId()), style::cyan),
                    cell(trace.name()),
                    Cell.of(Figures.duration(trace.durationMs())),
                    Cell.of(Figures.count(trace.spanCount())),
                    Cell.of(Figures.count(trace.totalTokens())),
                    Cell.of(Figures.cost(trace.estimatedCostUsd())),
                    Cell.of(trace.errorCount() == 0 ? "" : Figures.count(trace.errorCount()), style::red),
                    score(trace.securityScore(), style),
                    cell(String.join(", ", trace.models())),
                    cell(trace.inputPreview()));
        }
        return table;
    }

    private static Table spans(List<SpanOutline> spans, Style style) {
        Table table = new Table(List.of(
                Column.fixed("START", Align.LEFT),
                Column.fixed("TRACE", Align.LEFT),
                Column.optional("SPAN", Align.LEFT, 85),
                Column.optional("KIND", Align.LEFT, 45),
                Column.flexible("NAME", 12, 90),
                Column.optional("DURATION", Align.RIGHT, 70),
                Column.optional("TOKENS", Align.RIGHT, 60),
                Column.optional("COST", Align.RIGHT, 65),
                Column.optional("STATUS", Align.LEFT, 80),
                Column.optional("SCORE", Align.RIGHT, 75),
                Column.flexible("MODEL", 10, 50),
                Column.flexible("INPUT", 16, 40)));
        for (SpanOutline span : spans) {
            boolean error = span.status() == SpanStatus.ERROR;
            table.add(
                    Cell.of(Figures.time(span.startTime()), style::dim),
                    Cell.of(Figures.traceId(span.traceId()), style::cyan),
                    Cell.of(Ids.formatSpanId(span.spanId())),
                    Cell.of(span.kind().text()),
                    cell(span.operationName()),
                    Cell.of(Figures.duration(span.durationMs())),
                    Cell.of(Figures.count(span.totalTokens())),
                    Cell.of(Figures.cost(span.estimatedCostUsd())),
                    Cell.of(span.status().text(), error ? style::red : style::dim),
                    score(span.securityScore(), style),
                    cell(span.modelName()),
                    cell(span.inputPreview()));
        }
        return table;
    }

    /** Highlighted from where an alert is due. */
    static Cell score(@Nullable Integer score, Style style) {
        if (score == null) {
            return Cell.of("");
        }
        return Cell.of(Integer.toString(score), score >= ALERT_SCORE ? style::red : style::yellow);
    }

    static Cell cell(@Nullable String text) {
        return Cell.of(text == null ? "" : Display.oneLine(text));
    }
}
