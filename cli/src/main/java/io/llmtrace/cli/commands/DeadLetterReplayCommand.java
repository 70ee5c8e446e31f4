package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.context.NativeLibraryDirectory;
import io.llmtrace.cli.options.ConfigOption;
import io.llmtrace.cli.options.StorageOptions;
import io.llmtrace.cli.options.Stores;
import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.ingest.DeadLetters;
import io.llmtrace.ingest.EventContent;
import io.llmtrace.ingest.IngestConfig;
import io.llmtrace.ingest.SpanIngest;
import io.llmtrace.storage.TraceRepository;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "replay",
        description = {
            "Try again to store the dead letters, for example after an update or a change of settings.",
            "Those that are refused again are kept. The server that uses the data folder must not be running."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace deadletter replay",
            "  llmtrace deadletter replay --data /var/lib/llmtrace"
        })
final class DeadLetterReplayCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    StorageOptions storage = new StorageOptions();

    @Mixin
    ConfigOption config = new ConfigOption();

    DeadLetterReplayCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        storage.addTo(flags);
        Settings settings = config.settings(context, flags);
        NativeLibraryDirectory.choose(context.variables(), settings.data());
        IngestConfig ingestConfig =
                IngestConfig.builder().folder(settings.data()).build();
        try (TraceRepository repository = Stores.openForWriting(context, settings.storageUrl());
                SpanIngest ingest = new SpanIngest(repository, EventContent.NONE, ingestConfig, (spans, took) -> {})) {
            long stored = ingest.replayDeadLetters();
            int left = new DeadLetters(settings.data()).list().size();
            context.terminal()
                    .out()
                    .println("stored " + Formats.count(stored, "span") + "; " + Formats.count(left, "dead letter")
                            + " left");
            return left == 0 ? ExitCode.OK : ExitCode.INCOMPLETE;
        }
    }
}
