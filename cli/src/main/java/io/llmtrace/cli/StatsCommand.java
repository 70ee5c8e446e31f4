package io.llmtrace.cli;

import io.llmtrace.cli.StoreOptions.Store;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Figures;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.json.TraceJson;
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
        description = "Say how much is stored: traces, spans, bytes on disk, oldest and newest.",
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

    @Option(names = "--all-tenants", description = "Of all tenants together, for operators; on a store only.")
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
        if (output.json) {
            context.terminal().out().println(TraceJson.write(stats));
            return;
        }
        line("tenants", Figures.count(stats.tenants()));
        print(
                stats.totalTraces(),
                stats.totalSpans(),
                stats.storageSizeBytes(),
                stats.oldestTrace(),
                stats.newestTrace());
    }

    private void print(StorageStats stats) {
        if (output.json) {
            context.terminal().out().println(TraceJson.write(stats));
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
        line("traces", Figures.count(traces));
        line("spans", Figures.count(spans));
        line("on disk", Figures.bytes(bytes));
        line("oldest trace", oldest == null ? "-" : Figures.time(oldest));
        line("newest trace", newest == null ? "-" : Figures.time(newest));
    }

    private void line(String label, String value) {
        Terminal terminal = context.terminal();
        terminal.out().println(terminal.outStyle().dim(Display.padRight(label, LABEL_COLUMNS)) + value);
    }
}
