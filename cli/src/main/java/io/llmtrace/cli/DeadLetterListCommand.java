package io.llmtrace.cli;

import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.cli.terminal.Figures;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.ingest.DeadLetters;
import io.llmtrace.json.TraceJson;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "list",
        description = "List what the store refused: when, whose, how much and why. Works beside a running server.",
        footer = {
            "",
            "Examples:",
            "  llmtrace deadletter list",
            "  llmtrace deadletter list --json --data /var/lib/llmtrace"
        })
final class DeadLetterListCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    JsonOption output = new JsonOption();

    @Mixin
    StorageOptions storage = new StorageOptions();

    @Mixin
    ConfigOption config = new ConfigOption();

    DeadLetterListCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        storage.addTo(flags);
        Settings settings = Settings.resolve(flags, config.file, context.variables(), context.workingDirectory());
        List<DeadLetters.Letter> letters = new DeadLetters(settings.data()).list();
        Terminal terminal = context.terminal();
        if (output.json) {
            letters.forEach(letter -> terminal.out().println(TraceJson.write(letter)));
            return ExitCode.OK;
        }
        for (DeadLetters.Letter letter : letters) {
            terminal.out()
                    .println(Figures.time(letter.at()) + "  " + letter.tenantId() + "  "
                            + letter.items().size() + " " + letter.kind() + "  " + letter.reason());
        }
        terminal.out().println(Figures.count(letters.size(), "dead letter"));
        return ExitCode.OK;
    }
}
