package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.context.NotFoundException;
import io.llmtrace.cli.context.UsageException;
import io.llmtrace.cli.options.Arguments;
import io.llmtrace.cli.options.FilterOptions;
import io.llmtrace.cli.options.JsonOption;
import io.llmtrace.cli.options.StoreOptions;
import io.llmtrace.cli.options.StoreOptions.Store;
import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.ingest.SpoolFiles;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.spi.SelectedTraces;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "delete",
        description = {
            "Delete one trace, all traces created before a time, or those with a span that passes an expression.",
            "Asks for confirmation, unless --yes is given."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace delete --before 30d",
            "  llmtrace delete --before 2026-01-31 --yes",
            "  llmtrace delete --where 'user:u-17 OR session:s-3' --dry-run",
            "  llmtrace delete --trace 4bf92f3577b34da6a3ce929d0e0e4736 --server http://localhost:8080"
        })
final class DeleteCommand implements Callable<Integer> {

    private final CliContext context;

    @ArgGroup(multiplicity = "1")
    Target target = new Target();

    @Option(
            names = {"-y", "--yes"},
            description = "Delete without asking. Required if there is no terminal.")
    boolean yes;

    @Option(names = "--dry-run", description = "Only count what would be deleted.")
    boolean dryRun;

    @Mixin
    JsonOption output = new JsonOption();

    @Mixin
    StoreOptions options = new StoreOptions();

    DeleteCommand(CliContext context) {
        this.context = context;
    }

    /** The traces to delete: exactly one of the options must be given. */
    static final class Target {
        @Option(
                names = "--before",
                paramLabel = "TIME",
                converter = Arguments.Time.class,
                description =
                        "All traces created before this time: 2026-01-31T09:30:00Z, 2026-01-31, or 30d for thirty days ago.")
        @Nullable
        Instant before;

        @Option(
                names = "--trace",
                paramLabel = "ID",
                converter = Arguments.TraceId.class,
                description = "This trace, as a UUID or 32 hex digits.")
        @Nullable
        UUID trace;

        @Option(
                names = "--where",
                paramLabel = "EXPRESSION",
                converter = FilterOptions.Expression.class,
                description = "All traces with a span that passes this filter expression, as for 'query'.")
        @Nullable
        FilterExpression where;
    }

    @Override
    public Integer call() {
        Terminal terminal = context.terminal();
        if (dryRun) {
            try (Store store = options.openForReading(context)) {
                reportDryRun(count(store), store);
            }
            return ExitCode.OK;
        }
        if (!yes && !terminal.interactive()) {
            throw new UsageException("delete asks for confirmation, but there is no terminal: add --yes");
        }
        try (Store store = options.openForDeleting(context)) {
            if (!yes && !terminal.confirm(question(store))) {
                terminal.err().println("nothing was deleted");
                return ExitCode.OK;
            }
            report(delete(store), store);
        }
        warnOfTheRest();
        return ExitCode.OK;
    }

    /** Says what a delete without the server does not reach. */
    private void warnOfTheRest() {
        Settings settings = options.settings(context);
        if (settings.server().isEmpty() && SpoolFiles.hold(settings.data())) {
            context.terminal()
                    .err()
                    .println("spans may wait in " + settings.data().resolve("spool")
                            + ", and are stored when the server runs: run the same delete with --server then");
        }
        if (settings.server().isEmpty() && SpoolFiles.holdDeadLetters(settings.data())) {
            context.terminal()
                    .err()
                    .println("dead letters in " + settings.data()
                            + " may hold spans of what was deleted, and 'deadletter replay' stores them:"
                            + " run the same delete with --server before, or again after it");
        }
    }

    private String question(Store store) {
        UUID trace = target.trace;
        if (trace != null) {
            return "Delete trace " + trace + " from " + store.name() + "?";
        }
        FilterExpression where = target.where;
        if (where != null) {
            return "Delete " + Formats.count(count(store), "trace") + " in which a span passes "
                    + Display.oneLine(where.text()) + ", from " + store.name() + "?";
        }
        return "Delete all traces created before " + target.before + " from " + store.name() + ", which holds "
                + Formats.count(store.repository().stats(store.tenant()).totalTraces(), "trace") + "?";
    }

    private long delete(Store store) {
        Instant before = target.before;
        if (before != null) {
            return store.repository().deleteTracesBefore(store.tenant(), before);
        }
        FilterExpression where = target.where;
        if (where != null) {
            TraceQuery query = query(store, where);
            return store.repository() instanceof RemoteTraceRepository remote
                    ? remote.deleteTraces(query)
                    : SelectedTraces.delete(
                            store.repository(), query, id -> store.repository().deleteTrace(store.tenant(), id));
        }
        UUID trace = target.trace;
        if (trace == null || !store.repository().deleteTrace(store.tenant(), trace)) {
            throw new NotFoundException("no trace " + trace + " in " + store.name());
        }
        return 1;
    }

    private static TraceQuery query(Store store, FilterExpression where) {
        TraceQuery query =
                FilterOptions.checked(TraceQuery.builder(store.tenant()).where(where));
        try {
            SelectedTraces.requireFilter(query);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--where: " + e.getMessage(), e);
        }
        return query;
    }

    /** Returns the exact number of traces that a delete would remove now. */
    private long count(Store store) {
        Instant before = target.before;
        if (before != null) {
            return countBefore(store, before);
        }
        FilterExpression where = target.where;
        TraceQuery query = where == null
                ? TraceQuery.builder(store.tenant()).traceId(target.trace).build()
                : query(store, where);
        return TraceAnalytics.of(store.repository())
                .countTraces(query, TraceAnalytics.MAX_COUNT)
                .traces();
    }

    /** Counts in the order of time, since no filter asks for the time at which a trace was created. */
    private static long countBefore(Store store, Instant before) {
        Optional<TraceQuery> next = Optional.of(TraceQuery.builder(store.tenant())
                .order(Order.OLDEST_FIRST)
                .limit(TraceQuery.MAX_LIMIT)
                .build());
        long count = 0;
        while (next.isPresent()) {
            Page<TraceSummary> page = store.repository().queryTraceSummaries(next.get());
            long found = page.items().stream()
                    .filter(trace -> trace.createdAt().isBefore(before))
                    .count();
            count += found;
            next = found < page.items().size() ? Optional.empty() : next.get().next(page);
        }
        return count;
    }

    private void reportDryRun(long count, Store store) {
        if (output.json()) {
            context.terminal().printJson(Map.of("would_delete", count));
        } else {
            context.terminal().out().println("would delete " + Formats.count(count, "trace") + " from " + store.name());
        }
    }

    private void report(long deleted, Store store) {
        if (output.json()) {
            context.terminal().printJson(Map.of("deleted", deleted));
        } else {
            context.terminal().out().println("deleted " + Formats.count(deleted, "trace") + " from " + store.name());
        }
    }
}
