package io.llmtrace.cli;

import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.cli.terminal.Figures;
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
            "Try to store what the store refused once more, for instance with a newer version or other settings.",
            "What is refused again stays. The server whose data folder it is must not be running."
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
        Settings settings = Settings.resolve(flags, config.file, context.variables(), context.workingDirectory());
        IngestConfig ingestConfig =
                IngestConfig.builder().folder(settings.data()).build();
        try (TraceRepository repository = Stores.openForWriting(context, settings.storageUrl());
                SpanIngest ingest = new SpanIngest(repository, EventContent.NONE, ingestConfig, (spans, took) -> {})) {
            long stored = ingest.replayDeadLetters();
            int left = new DeadLetters(settings.data()).list().size();
            context.terminal()
                    .out()
                    .println("stored " + Figures.count(stored, "span") + "; " + Figures.count(left, "dead letter")
                            + " left");
            return left == 0 ? ExitCode.OK : ExitCode.INCOMPLETE;
        }
    }
}
