package io.llmtrace.cli.output;

import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Style;
import io.llmtrace.cli.terminal.Table;
import io.llmtrace.cli.terminal.Table.Align;
import io.llmtrace.cli.terminal.Table.Cell;
import io.llmtrace.cli.terminal.Table.Column;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.TraceAction;
import io.llmtrace.storage.TraceSummary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prints a trace: its totals, its tree, and its messages. */
public final class TracePrinter {

    /** The number of spans whose messages are printed without {@code --full}. */
    private static final int MAX_SPANS_WITH_MESSAGES = 50;

    private final Terminal terminal;
    private final Style style;

    public TracePrinter(Terminal terminal) {
        this.terminal = terminal;
        this.style = terminal.outStyle();
    }

    /**
     * Prints a trace.
     *
     * @param full whether to print all messages of all spans in full
     */
    public void print(TraceEvent trace, boolean full) {
        header(TraceSummary.of(trace));
        if (trace.spans().isEmpty()) {
            println("no spans");
            return;
        }
        println("");
        List<SpanTree.Row> rows = SpanTree.rows(trace.spans());
        tree(rows, trace.spans().get(0).startTime());
        messages(rows.stream().map(SpanTree.Row::span).toList(), full);
    }

    /** Prints the actions of a trace. */
    public void printActions(TraceEvent trace, List<TraceAction> actions) {
        header(TraceSummary.of(trace));
        if (actions.isEmpty()) {
            println("no actions");
            return;
        }
        println("");
        Instant start = trace.spans().get(0).startTime();
        ActionTable.of(actions, start, style)
                .lines(style, terminal.outColumns())
                .forEach(this::println);
    }

    private void header(TraceSummary trace) {
        String name = trace.name();
        println(style.bold(name == null ? "trace" : Display.oneLine(name)) + "  "
                + style.cyan(Formats.traceId(trace.traceId())));
        List<String> facts = new ArrayList<>();
        facts.add(Formats.time(trace.createdAt()));
        add(facts, Formats.duration(trace.durationMs()));
        facts.add(Formats.count(trace.spanCount(), "span"));
        if (trace.llmCallCount() > 0) {
            facts.add(Formats.count(trace.llmCallCount(), "model call"));
        }
        if (trace.totalTokens() != null) {
            facts.add(tokens(trace));
        }
        add(facts, Formats.cost(trace.estimatedCostUsd()));
        if (trace.errorCount() > 0) {
            facts.add(style.red(Formats.count(trace.errorCount(), "error")));
        }
        if (trace.findingCount() > 0) {
            facts.add(
                    style.yellow(Formats.count(trace.findingCount(), "finding") + ", score " + trace.securityScore()));
        }
        println(String.join(" · ", facts));
        List<String> origin = new ArrayList<>();
        addNamed(origin, "service", trace.serviceName());
        addNamed(origin, "session", trace.sessionId());
        addNamed(origin, "user", trace.userId());
        addNamed(origin, "models", String.join(", ", trace.models()));
        if (!origin.isEmpty()) {
            println(style.dim(String.join(" · ", origin)));
        }
    }

    private static String tokens(TraceSummary trace) {
        String total = Formats.count(trace.totalTokens()) + " tokens";
        return trace.promptTokens() == null || trace.completionTokens() == null
                ? total
                : total + " (" + Formats.count(trace.promptTokens()) + " in, " + Formats.count(trace.completionTokens())
                        + " out)";
    }

    private void tree(List<SpanTree.Row> rows, Instant start) {
        Table table = new Table(List.of(
                Column.flexible("SPAN", 20, Integer.MAX_VALUE),
                Column.optional("KIND", Align.LEFT, 60),
                Column.optional("AT", Align.RIGHT, 40),
                Column.optional("TIME", Align.RIGHT, 90),
                Column.optional("IN", Align.RIGHT, 70),
                Column.optional("OUT", Align.RIGHT, 70),
                Column.optional("COST", Align.RIGHT, 80),
                Column.flexible("STATUS", 12, 95),
                Column.optional("ID", Align.LEFT, 50)));
        for (SpanTree.Row row : rows) {
            TraceSpan span = row.span();
            boolean error = span.status() == SpanStatus.ERROR;
            table.add(
                    Cell.of(row.branch() + Display.oneLine(SpanTree.label(span)), error ? style::red : text -> text),
                    Cell.of(span.kind().text(), style::dim),
                    Cell.of(offset(start, span.startTime()), style::dim),
                    Cell.of(Formats.duration(span.durationMs())),
                    Cell.of(Formats.count(span.promptTokens())),
                    Cell.of(Formats.count(span.completionTokens())),
                    Cell.of(Formats.cost(span.estimatedCostUsd())),
                    Cell.of(status(span), error ? style::red : style::yellow),
                    Cell.of(Ids.formatSpanId(span.spanId()), style::dim));
        }
        table.lines(style, terminal.outColumns()).forEach(this::println);
    }

    /** Formats the time since the start of the trace. It is negative if the clocks of two machines disagree. */
    static String offset(Instant start, Instant time) {
        return "+" + Formats.duration(Duration.between(start, time).toMillis());
    }

    /** Describes errors and findings; empty for a span without any. */
    private static String status(TraceSpan span) {
        if (span.status() == SpanStatus.ERROR) {
            String message = span.errorMessage();
            return ("error " + SpanPrinter.statusCode(span)).strip()
                    + (message == null || message.isBlank() ? "" : ": " + Display.oneLine(firstLine(message)));
        }
        if (!span.securityFindings().isEmpty()) {
            return "score " + span.securityScore();
        }
        return "";
    }

    private static String firstLine(String text) {
        return text.strip().lines().findFirst().orElse("");
    }

    private void messages(List<TraceSpan> spans, boolean full) {
        SpanPrinter printer = new SpanPrinter(terminal);
        int shown = 0;
        int left = 0;
        for (TraceSpan span : spans) {
            if (!SpanPrinter.hasContent(span)) {
                continue;
            }
            if (!full && shown == MAX_SPANS_WITH_MESSAGES) {
                left++;
                continue;
            }
            shown++;
            println("");
            if (full) {
                printer.printMessages(span);
            } else {
                printer.printShort(span);
            }
        }
        if (left > 0) {
            println("");
            println(style.dim(Formats.count(left, "more span") + " with messages: --full shows all, --span ID one"));
        }
    }

    private static void add(List<String> facts, String fact) {
        if (!fact.isEmpty()) {
            facts.add(fact);
        }
    }

    private static void addNamed(List<String> facts, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            facts.add(name + " " + Display.oneLine(value));
        }
    }

    private void println(String line) {
        terminal.out().println(line);
    }
}
