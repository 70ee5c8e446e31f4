package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.context.NotFoundException;
import io.llmtrace.cli.context.UsageException;
import io.llmtrace.cli.options.Arguments;
import io.llmtrace.cli.options.JsonOption;
import io.llmtrace.cli.options.StoreOptions;
import io.llmtrace.cli.options.StoreOptions.Store;
import io.llmtrace.cli.output.ListTables;
import io.llmtrace.cli.output.SpanPrinter;
import io.llmtrace.cli.output.TracePrinter;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.TraceAction;
import io.llmtrace.otlp.TraceActions;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.analytics.FoundId;
import io.llmtrace.storage.analytics.IdLookup;
import io.llmtrace.storage.analytics.TraceAnalytics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = "Show a trace: its tree with times, tokens, cost and errors, and its messages.",
        footer = {
            "",
            "Examples:",
            "  llmtrace show 4bf92f3577b34da6a3ce929d0e0e4736",
            "  llmtrace show 4bf92f35-77b3-4da6-a3ce-929d0e0e4736 --full | less -R",
            "  llmtrace show 4bf92f3577b34da6a3ce929d0e0e4736 --span 00f067aa0ba902b7",
            "  llmtrace show 4bf92f35",
            "  llmtrace show 4bf92f3577b34da6a3ce929d0e0e4736 --actions",
            "  llmtrace show 4bf92f3577b34da6a3ce929d0e0e4736 --json | jq '.spans[].prompt'"
        })
final class ShowCommand implements Callable<Integer> {

    private final CliContext context;

    @Parameters(
            index = "0",
            paramLabel = "ID",
            description = {
                "Trace, as a UUID or 32 hex digits, or its first 8 digits or more.",
                "The id of a span shows the span, that of a session or user its traces."
            })
    @Nullable
    String id;

    @Option(
            names = "--span",
            paramLabel = "ID",
            converter = Arguments.SpanId.class,
            description = "Only this span, with all its fields and messages.")
    @Nullable
    UUID spanId;

    @Option(names = "--full", description = "All messages of all spans, in full.")
    boolean full;

    @Option(
            names = "--actions",
            description =
                    "What the agents did and requested, by time. A tool call that several spans report is listed once.")
    boolean actions;

    @Mixin
    JsonOption output = new JsonOption();

    @Mixin
    StoreOptions options = new StoreOptions();

    ShowCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String given = id;
        if (given == null) {
            throw new UsageException("ID is missing");
        }
        if (actions && (full || spanId != null)) {
            throw new UsageException("--actions lists the actions of the whole trace: leave out --full and --span");
        }
        try (Store store = options.openForReading(context)) {
            show(store, given);
        }
        return ExitCode.OK;
    }

    private void show(Store store, String given) {
        FoundId found = find(store, given);
        UUID trace = found.traceId();
        if (trace == null) {
            showTracesOf(store, found);
        } else if (spanId != null) {
            showSpan(store, trace, spanId);
        } else if (found.field().equals(SpanField.SPAN_ID.name())) {
            showSpan(store, trace, Ids.parseSpanId(found.value()));
        } else {
            showTrace(store, trace);
        }
    }

    /** Returns what the id names. A whole id of a trace is not looked up, so that a trace that cannot be read says so itself. */
    private FoundId find(Store store, String given) {
        Optional<UUID> whole = wholeTraceId(given);
        if (whole.isPresent() && (spanId != null || isTrace(store, whole.get()))) {
            return new FoundId(SpanField.TRACE_ID.name(), given, whole.get());
        }
        List<FoundId> found = new IdLookup(store.repository(), store.tenant()).find(given);
        if (found.isEmpty()) {
            String what = whole.isPresent()
                    ? "no trace " + whole.get()
                    : "no trace, span, session or user " + Display.oneLine(given);
            throw new NotFoundException(what + " in " + store.name());
        }
        if (found.size() > 1) {
            String all = found.stream()
                    .map(each -> each.field() + " " + Display.oneLine(each.value()))
                    .collect(Collectors.joining(", "));
            throw new UsageException(Display.oneLine(given) + " may be one of " + all);
        }
        return found.get(0);
    }

    private static Optional<UUID> wholeTraceId(String given) {
        try {
            return Optional.of(Ids.parseTraceId(given));
        } catch (IllegalArgumentException notWhole) {
            return Optional.empty();
        }
    }

    private static boolean isTrace(Store store, UUID id) {
        TraceQuery query = TraceQuery.builder(store.tenant()).traceId(id).build();
        return TraceAnalytics.of(store.repository()).countTraces(query, 1).traces() > 0;
    }

    private void showTracesOf(Store store, FoundId found) {
        SpanField<String> field =
                found.field().equals(SpanField.USER_ID.name()) ? SpanField.USER_ID : SpanField.SESSION_ID;
        TraceQuery query =
                TraceQuery.builder(store.tenant()).equalTo(field, found.value()).build();
        Page<TraceSummary> page = store.repository().queryTraceSummaries(query);
        Terminal terminal = context.terminal();
        if (output.json()) {
            terminal.printJson(Map.of("data", page.items()));
            return;
        }
        terminal.err()
                .println("traces of " + field.label().toLowerCase(Locale.ROOT) + " " + Display.oneLine(found.value()));
        ListTables.table(page.items(), terminal.outStyle())
                .lines(terminal.outStyle(), terminal.outColumns())
                .forEach(terminal.out()::println);
    }

    private void showTrace(Store store, UUID id) {
        Optional<TraceEvent> trace = store.repository().getTrace(store.tenant(), id);
        if (trace.isEmpty()) {
            throw new NotFoundException("no trace " + id + " in " + store.name());
        }
        if (actions) {
            showActions(trace.get());
            return;
        }
        if (output.json()) {
            context.terminal().printJson(trace.get());
            return;
        }
        new TracePrinter(context.terminal()).print(trace.get(), full);
    }

    private void showActions(TraceEvent trace) {
        List<TraceAction> found = TraceActions.of(trace);
        if (output.json()) {
            context.terminal().printJson(Map.of("data", found));
            return;
        }
        new TracePrinter(context.terminal()).printActions(trace, found);
    }

    private void showSpan(Store store, UUID id, UUID wanted) {
        Optional<TraceSpan> span = store.repository().getSpan(store.tenant(), id, wanted);
        if (span.isEmpty()) {
            throw new NotFoundException(
                    "no span " + Ids.formatSpanId(wanted) + " of trace " + id + " in " + store.name());
        }
        if (output.json()) {
            context.terminal().printJson(span.get());
            return;
        }
        new SpanPrinter(context.terminal()).printWhole(span.get());
    }
}
