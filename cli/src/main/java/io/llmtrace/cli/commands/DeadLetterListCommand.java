package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.options.ConfigOption;
import io.llmtrace.cli.options.JsonOption;
import io.llmtrace.cli.options.StorageOptions;
import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.ingest.DeadLetters;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "list",
        description =
                "List dead letters with time, tenant, number of items and reason. Works while a server is running.",
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
        Settings settings = config.settings(context, flags);
        List<DeadLetters.Letter> letters = new DeadLetters(settings.data()).list();
        Terminal terminal = context.terminal();
        if (output.json()) {
            letters.forEach(terminal::printJson);
            return ExitCode.OK;
        }
        for (DeadLetters.Letter letter : letters) {
            terminal.out()
                    .println(Formats.time(letter.at()) + "  " + Display.oneLine(letter.tenantId()) + "  "
                            + letter.items().size() + " " + Display.oneLine(letter.kind()) + "  "
                            + Display.oneLine(letter.reason()));
        }
        terminal.out().println(Formats.count(letters.size(), "dead letter"));
        return ExitCode.OK;
    }
}
