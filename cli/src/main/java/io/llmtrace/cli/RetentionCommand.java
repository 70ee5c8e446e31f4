package io.llmtrace.cli;

import io.llmtrace.cli.StoreOptions.Store;
import io.llmtrace.cli.terminal.Figures;
import io.llmtrace.json.TraceJson;
import io.llmtrace.storage.TraceRetention;
import java.util.Collections;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "retention",
        description = {
            "Say or set how many days traces are kept.",
            "",
            "Older ones are deleted by the process that has the store open, at least once a day. It goes by the time"
                    + " that a trace began, also if it was stored a moment ago."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace retention",
            "  llmtrace retention 30 --server http://localhost:8080",
            "  llmtrace retention none"
        })
final class RetentionCommand implements Callable<Integer> {

    private static final String NONE = "none";

    private final CliContext context;

    @Parameters(
            arity = "0..1",
            paramLabel = "DAYS",
            description = "Of 24 hours; 'none' keeps traces until they are deleted.")
    @Nullable
    String days;

    @Mixin
    JsonOption output = new JsonOption();

    @Mixin
    StoreOptions options = new StoreOptions();

    RetentionCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (days == null) {
            try (Store store = options.openForReading(context)) {
                print(store);
            }
            return ExitCode.OK;
        }
        Integer wanted = days.equals(NONE) ? null : number(days);
        try (Store store = options.openForWriting(context)) {
            set(store, wanted);
            print(store);
        }
        return ExitCode.OK;
    }

    private static void set(Store store, @Nullable Integer wanted) {
        try {
            TraceRetention.of(store.repository()).setRetentionDays(store.tenant(), wanted);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new UsageException("neither a number of days nor '" + NONE + "': '" + text + "'", e);
        }
    }

    private void print(Store store) {
        Integer kept = TraceRetention.of(store.repository()).retentionDays(store.tenant());
        if (output.json) {
            context.terminal().out().println(TraceJson.write(Collections.singletonMap("retention_days", kept)));
        } else {
            context.terminal()
                    .out()
                    .println(kept == null ? "kept until they are deleted" : "kept for " + Figures.count(kept, "day"));
        }
    }
}
