package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.options.JsonOption;
import io.llmtrace.cli.options.StoreOptions;
import io.llmtrace.cli.options.StoreOptions.Store;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.StorageStats;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "stats",
        description = "Print how much is stored: traces, spans, bytes on disk, and the oldest and newest trace.",
        footer = {
            "",
            "Examples:",
            "  llmtrace stats",
            "  llmtrace stats --json --server http://localhost:8080",
            "  llmtrace stats --all-tenants --storage sqlite:traces.db"
        })
final class StatsCommand implements Callable<Integer> {

    private static final int LABEL_COLUMNS = 14;

    private final CliContext context;

    @Option(names = "--all-tenants", description = "Count all tenants together, for operators; works on a store only.")
    boolean allTenants;

    @Mixin
    JsonOption output = new JsonOption();

    @Mixin
    StoreOptions options = new StoreOptions();

    StatsCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        try (Store store = options.openForReading(context)) {
            if (allTenants) {
                print(store.repository().globalStats());
            } else {
                print(store.repository().stats(store.tenant()));
            }
        }
        return ExitCode.OK;
    }

    private void print(GlobalStats stats) {
        if (output.json()) {
            context.terminal().printJson(stats);
            return;
        }
        line("tenants", Formats.count(stats.tenants()));
        print(
                stats.totalTraces(),
                stats.totalSpans(),
                stats.storageSizeBytes(),
                stats.oldestTrace(),
                stats.newestTrace());
    }

    private void print(StorageStats stats) {
        if (output.json()) {
            context.terminal().printJson(stats);
            return;
        }
        print(
                stats.totalTraces(),
                stats.totalSpans(),
                stats.storageSizeBytes(),
                stats.oldestTrace(),
                stats.newestTrace());
    }

    private void print(long traces, long spans, long bytes, @Nullable Instant oldest, @Nullable Instant newest) {
        line("traces", Formats.count(traces));
        line("spans", Formats.count(spans));
        line("on disk", Formats.bytes(bytes));
        line("oldest trace", oldest == null ? "-" : Formats.time(oldest));
        line("newest trace", newest == null ? "-" : Formats.time(newest));
    }

    private void line(String label, String value) {
        Terminal terminal = context.terminal();
        terminal.out().println(terminal.outStyle().dim(Display.padRight(label, LABEL_COLUMNS)) + value);
    }
}
