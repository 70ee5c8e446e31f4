package io.llmtrace.cli;

import io.llmtrace.cli.StoreOptions.Store;
import io.llmtrace.cli.terminal.Figures;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.json.TraceJson;
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
        description = "Delete one trace, or all traces from before a time. Asks first, unless told --yes.",
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
            description = "Do not ask. Needed where nobody can answer.")
    boolean yes;

    @Mixin
    JsonOption output = new JsonOption();

    @Mixin
    StoreOptions options = new StoreOptions();

    DeleteCommand(CliContext context) {
        this.context = context;
    }

    /** One of the two. */
    static final class Target {
        @Option(
                names = "--before",
                paramLabel = "TIME",
                converter = Arguments.Time.class,
                description =
                        "All traces created before: 2026-01-31T09:30:00Z, 2026-01-31, or 30d for thirty days ago.")
        @Nullable
        Instant before;

        @Option(
                names = "--trace",
                paramLabel = "ID",
                converter = Arguments.TraceId.class,
                description = "This trace, as UUID or 32 hex digits.")
        @Nullable
        UUID trace;
    }

    @Override
    public Integer call() {
        Terminal terminal = context.terminal();
        if (!yes && !terminal.interactive()) {
            throw new UsageException("delete asks before it deletes, and nobody can answer here: add --yes");
        }
        try (Store store = options.openForDeleting(context)) {
            if (!yes && !terminal.confirm(question(store))) {
                terminal.err().println("nothing was deleted");
                return ExitCode.OK;
            }
            report(delete(store), store);
        }
        return ExitCode.OK;
    }

    private String question(Store store) {
        UUID trace = target.trace;
        if (trace != null) {
            return "Delete trace " + trace + " from " + store.name() + "?";
        }
        return "Delete all traces created before " + target.before + " from " + store.name() + ", which holds "
                + Figures.count(store.repository().stats(store.tenant()).totalTraces(), "trace") + "?";
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
        if (output.json) {
            context.terminal().out().println(TraceJson.write(Map.of("deleted", deleted)));
        } else {
            context.terminal().out().println("deleted " + Figures.count(deleted, "trace") + " from " + store.name());
        }
    }
}
