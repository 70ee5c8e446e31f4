package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.context.NotFoundException;
import io.llmtrace.cli.context.UsageException;
import io.llmtrace.cli.options.Arguments;
import io.llmtrace.cli.options.JsonOption;
import io.llmtrace.cli.options.StoreOptions;
import io.llmtrace.cli.options.StoreOptions.Store;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.ingest.SpoolFiles;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "delete",
        description =
                "Delete one trace, or all traces created before a time. Asks for confirmation, unless --yes is given.",
        footer = {
            "",
            "Examples:",
            "  llmtrace delete --before 30d",
            "  llmtrace delete --before 2026-01-31 --yes",
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
    }

    @Override
    public Integer call() {
        Terminal terminal = context.terminal();
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
        return "Delete all traces created before " + target.before + " from " + store.name() + ", which holds "
                + Formats.count(store.repository().stats(store.tenant()).totalTraces(), "trace") + "?";
    }

    private long delete(Store store) {
        Instant before = target.before;
        if (before != null) {
            return store.repository().deleteTracesBefore(store.tenant(), before);
        }
        UUID trace = target.trace;
        if (trace == null || !store.repository().deleteTrace(store.tenant(), trace)) {
            throw new NotFoundException("no trace " + trace + " in " + store.name());
        }
        return 1;
    }

    private void report(long deleted, Store store) {
        if (output.json()) {
            context.terminal().printJson(Map.of("deleted", deleted));
        } else {
            context.terminal().out().println("deleted " + Formats.count(deleted, "trace") + " from " + store.name());
        }
    }
}
