package io.llmtrace.cli.output;

import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Style;
import io.llmtrace.cli.terminal.Table;
import io.llmtrace.cli.terminal.Table.Align;
import io.llmtrace.cli.terminal.Table.Cell;
import io.llmtrace.cli.terminal.Table.Column;
import io.llmtrace.model.AgentAction;
import io.llmtrace.otlp.TraceAction;
import java.time.Instant;
import java.util.List;

/** The table of a trace's actions. */
final class ActionTable {

    private ActionTable() {}

    /** @param start the start of the trace, from which times are counted */
    static Table of(List<TraceAction> actions, Instant start, Style style) {
        Table table = new Table(List.of(
                Column.fixed("AT", Align.RIGHT),
                Column.flexible("ACTION", 16, Integer.MAX_VALUE),
                Column.optional("TYPE", Align.LEFT, 50),
                Column.fixed("STATE", Align.LEFT),
                Column.optional("TIME", Align.RIGHT, 80),
                Column.flexible("ARGUMENTS", 16, 70),
                Column.optional("ASKED BY", Align.LEFT, 40),
                Column.optional("DONE BY", Align.LEFT, 45)));
        for (TraceAction each : actions) {
            AgentAction action = each.action();
            table.add(
                    Cell.of(TracePrinter.offset(start, action.timestamp()), style::dim),
                    ListTables.cell(action.name()),
                    Cell.of(action.actionType().text(), style::dim),
                    state(each, style),
                    Cell.of(Formats.duration(action.durationMs())),
                    ListTables.cell(action.arguments()),
                    Cell.of(each.requestedBy() == null ? "" : each.requestedBy(), style::dim),
                    Cell.of(each.executedBy() == null ? "" : each.executedBy(), style::dim));
        }
        return table;
    }

    private static Cell state(TraceAction each, Style style) {
        return switch (each.state()) {
            case EXECUTED -> each.action().success() ? Cell.of("ok") : Cell.of("failed", style::red);
            case ANSWERED -> Cell.of("answered");
            case REQUESTED -> Cell.of("only requested", style::yellow);
        };
    }
}
