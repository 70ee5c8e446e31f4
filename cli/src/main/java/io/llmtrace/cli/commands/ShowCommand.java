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
import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.cli.transfer.LeftOutText;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.TraceAction;
import io.llmtrace.otlp.TraceActions;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.analytics.FoundId;
import io.llmtrace.storage.analytics.IdLookup;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.spi.DamagedTraces;
import io.llmtrace.storage.spi.ReadableTrace;
import io.llmtrace.storage.spi.StoreIntegrity;
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
        description = {
            "Show a trace: its tree with times, tokens, cost and errors, and its messages.",
            "Spans that cannot be read because the store is damaged are left out, with a message and code 4."
        },
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
            return show(store, given);
        }
    }

    private int show(Store store, String given) {
        FoundId found = find(store, given);
        UUID trace = found.traceId();
        UUID wanted = found.field().equals(SpanField.SPAN_ID.name()) ? Ids.parseSpanId(found.value()) : spanId;
        if (trace == null) {
            showTracesOf(store, found);
        } else if (wanted == null) {
            return showTrace(store, trace);
        } else {
            showSpan(store, trace, wanted);
        }
        return ExitCode.OK;
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

    private int showTrace(Store store, UUID id) {
        ReadableTrace found =
                traceOf(store, id).orElseThrow(() -> new NotFoundException("no trace " + id + " in " + store.name()));
        TraceEvent trace = found.trace();
        if (actions) {
            showActions(trace);
        } else if (output.json()) {
            context.terminal().printJson(trace);
        } else {
            new TracePrinter(context.terminal()).print(trace, full);
        }
        if (found.unreadable().isEmpty()) {
            return ExitCode.OK;
        }
        List<SpanIdentity> spans = found.unreadable().stream()
                .map(span -> new SpanIdentity(id, span))
                .toList();
        context.terminal()
                .err()
                .println("left out " + LeftOutText.of(DamagedTraces.of(0, List.of(), spans.size(), spans, "")) + "\n"
                        + Display.oneLine(found.reason()));
        return ExitCode.INCOMPLETE;
    }

    /** Returns a trace with the spans that can be read, which are all of them unless the store is damaged. */
    private static Optional<ReadableTrace> traceOf(Store store, UUID id) {
        if (store.repository() instanceof RemoteTraceRepository remote) {
            return remote.readableTrace(id);
        }
        try {
            return store.repository().getTrace(store.tenant(), id).map(trace -> ReadableTrace.of(trace, List.of(), ""));
        } catch (CorruptStoreException e) {
            return Optional.of(StoreIntegrity.of(store.repository())
                    .flatMap(integrity -> integrity.readableTrace(store.tenant(), id))
                    .filter(trace -> !trace.trace().spans().isEmpty())
                    .orElseThrow(() -> e));
        }
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
