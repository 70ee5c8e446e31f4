package io.llmtrace.cli;

import io.llmtrace.cli.terminal.Figures;
import io.llmtrace.cli.terminal.Style;
import io.llmtrace.cli.terminal.Table;
import io.llmtrace.cli.terminal.Table.Align;
import io.llmtrace.cli.terminal.Table.Cell;
import io.llmtrace.cli.terminal.Table.Column;
import io.llmtrace.model.AgentAction;
import io.llmtrace.otlp.TraceAction;
import java.time.Instant;
import java.util.List;

/** The actions of a trace as rows. */
final class ActionTable {

    private ActionTable() {}

    /** @param start of the trace */
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
                    Cell.of(TraceView.offset(start, action.timestamp()), style::dim),
                    Lists.cell(action.name()),
                    Cell.of(action.actionType().text(), style::dim),
                    state(each, style),
                    Cell.of(Figures.duration(action.durationMs())),
                    Lists.cell(action.arguments()),
                    Cell.of(each.requestedBy() == null ? "" : each.requestedBy(), style::dim),
                    Cell.of(each.executedBy() == null ? "" : each.executedBy(), style::dim));
        }
        return table;
    }

    private static Cell state(TraceAction each, Style style) {
        return switch (each.state()) {
            case EXECUTED -> each.action().success() ? Cell.of("ok") : Cell.of("failed", style::red);
            case ANSWERED -> Cell.of("answered");
            case REQUESTED -> Cell.of("asked for only", style::yellow);
        };
    }
}
