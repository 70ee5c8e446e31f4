package io.llmtrace.cli.output;

import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Style;
import io.llmtrace.cli.terminal.Table;
import io.llmtrace.cli.terminal.Table.Align;
import io.llmtrace.cli.terminal.Table.Cell;
import io.llmtrace.cli.terminal.Table.Column;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceSummary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tables of trace and span lists. */
public final class ListTables {

    private static final int ALERT_SCORE = 80;

    private ListTables() {}

    /**
     * Returns the table of a list.
     *
     * @param items trace summaries, or span outlines; at least one
     */
    public static Table table(List<?> items, Style style) {
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
                    Cell.of(Formats.time(trace.createdAt()), style::dim),
                    Cell.of(Formats.traceId(trace.traceId()), style::cyan),
                    cell(trace.traceName() != null ? trace.traceName() : trace.name()),
                    Cell.of(Formats.duration(trace.durationMs())),
                    Cell.of(Formats.count(trace.spanCount())),
                    Cell.of(Formats.count(trace.totalTokens())),
                    Cell.of(Formats.cost(trace.estimatedCostUsd())),
                    Cell.of(trace.errorCount() == 0 ? "" : Formats.count(trace.errorCount()), style::red),
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
            boolean error = span.digest().status() == SpanStatus.ERROR;
            table.add(
                    Cell.of(Formats.time(span.startTime()), style::dim),
                    Cell.of(Formats.traceId(span.traceId()), style::cyan),
                    Cell.of(Ids.formatSpanId(span.spanId())),
                    Cell.of(span.kind().text()),
                    cell(span.operationName()),
                    Cell.of(Formats.duration(span.value(SpanField.DURATION_MS))),
                    Cell.of(Formats.count(span.value(SpanField.TOTAL_TOKENS))),
                    Cell.of(Formats.cost(span.value(SpanField.ESTIMATED_COST_USD))),
                    Cell.of(span.digest().status().text(), error ? style::red : style::dim),
                    score(span.value(SpanField.SECURITY_SCORE), style),
                    cell(span.value(SpanField.MODEL_NAME)),
                    cell(span.digest().inputPreview()));
        }
        return table;
    }

    /** Returns the cell of a security score. Scores of at least {@value #ALERT_SCORE} are highlighted. */
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
