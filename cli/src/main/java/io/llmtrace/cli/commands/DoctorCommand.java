package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.doctor.Diagnosis;
import io.llmtrace.cli.doctor.EnvironmentChecks;
import io.llmtrace.cli.doctor.HeapChecks;
import io.llmtrace.cli.doctor.PortChecks;
import io.llmtrace.cli.doctor.StoreChecks;
import io.llmtrace.cli.doctor.WebChecks;
import io.llmtrace.cli.options.JsonOption;
import io.llmtrace.cli.options.ServeOptions;
import io.llmtrace.cli.options.StoreOptions;
import io.llmtrace.cli.options.Stores;
import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.SettingValue;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Style;
import io.llmtrace.cli.terminal.Table;
import io.llmtrace.cli.terminal.Table.Align;
import io.llmtrace.cli.terminal.Table.Cell;
import io.llmtrace.cli.terminal.Table.Column;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.server.ServerConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "doctor",
        description = {
            "Print the settings in effect, and check the environment of llmtrace.",
            "Prints the origin of each setting, and checks the JDK, the heap, the disk, the store and the ports. Reads a"
                    + " SQLite file to its end to find damage. Ends with code 1 if any check fails. Changes no traces and no"
                    + " files, but opens a ClickHouse store as 'serve' does, which creates missing tables."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace doctor",
            "  llmtrace doctor --public-url https://example.com/llmtrace --trusted-proxies 127.0.0.1",
            "  llmtrace doctor --storage sqlite:/var/lib/llmtrace/traces.db --port 9000",
            "  LLMTRACE_STORAGE=clickhouse://USER:PASSWORD@HOST:8123/llmtrace llmtrace doctor",
            "  llmtrace doctor --json | jq '.checks[] | select(.result != \"ok\")'"
        })
final class DoctorCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    StoreOptions options = new StoreOptions();

    @Mixin
    ServeOptions listen = new ServeOptions();

    @Mixin
    JsonOption output = new JsonOption();

    DoctorCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Map<Setting, String> flags = new EnumMap<>(options.flags());
        listen.addTo(flags);
        Settings settings = options.settings(context, flags);
        List<Diagnosis> checks = checks(settings);
        if (output.json()) {
            context.terminal().printJson(new Report(effective(settings), checks));
        } else {
            print(settings);
            print(checks);
        }
        return checks.stream().anyMatch(Diagnosis::failed) ? ExitCode.FAILED : ExitCode.OK;
    }

    private List<Diagnosis> checks(Settings settings) {
        List<Diagnosis> checks = new ArrayList<>();
        checks.add(EnvironmentChecks.jdk());
        checks.addAll(EnvironmentChecks.variables(settings.unknownVariables(), settings.ignoredVariables()));
        List<Diagnosis> wrong = EnvironmentChecks.settings(settings.problems());
        if (!wrong.isEmpty()) {
            checks.addAll(wrong);
            return checks; // the others depend on the settings
        }
        Optional<URI> server = settings.server();
        if (server.isPresent()) {
            try (RemoteTraceRepository remote = RemoteTraceRepository.connect(server.get())) {
                checks.add(StoreChecks.server(remote.check()));
            }
            return checks; // the heap and the ports to check are those of the server's machine
        }
        ServerConfig config = ServeOptions.configOf(settings);
        checks.add(HeapChecks.heap(config, context.variables()));
        String url = settings.storageUrl();
        Optional<Path> file = Stores.sqliteFile(url);
        file.ifPresent(path -> checks.addAll(EnvironmentChecks.disk(path)));
        checks.addAll(StoreChecks.store(Stores.displayed(url), file, () -> Stores.openForReading(context, url)));
        checks.addAll(PortChecks.of(config));
        checks.addAll(WebChecks.of(config));
        return checks;
    }

    private void print(Settings settings) {
        Terminal terminal = context.terminal();
        Style style = terminal.outStyle();
        Table table = new Table(List.of(
                Column.fixed("SETTING", Align.LEFT),
                Column.flexible("VALUE", 20, Integer.MAX_VALUE),
                Column.flexible("FROM", 10, Integer.MAX_VALUE)));
        for (EffectiveSetting setting : effective(settings)) {
            table.add(
                    Cell.of(setting.key()),
                    Cell.of(Display.oneLine(setting.value())),
                    Cell.of(Display.oneLine(setting.origin()), style::dim));
        }
        table.lines(style, terminal.outColumns()).forEach(terminal.out()::println);
        terminal.out().println();
    }

    private void print(List<Diagnosis> checks) {
        Terminal terminal = context.terminal();
        Style style = terminal.outStyle();
        for (Diagnosis check : checks) {
            String result = Display.padRight(check.result().text(), 5);
            String coloured = switch (check.result()) {
                case OK -> style.green(result);
                case WARN -> style.yellow(result);
                case FAIL -> style.red(result);
            };
            terminal.out()
                    .println(coloured + " " + Display.padRight(check.name(), 12) + " "
                            + Display.oneLine(check.message()));
        }
    }

    private static List<EffectiveSetting> effective(Settings settings) {
        List<EffectiveSetting> all = new ArrayList<>();
        all.add(new EffectiveSetting(
                "config", settings.file().map(Path::toString).orElse("none"), settings.fileOrigin()));
        Arrays.stream(Setting.values()).forEach(setting -> {
            SettingValue value = settings.value(setting);
            all.add(new EffectiveSetting(setting.key(), Stores.displayed(value.text()), value.origin()));
        });
        return all;
    }

    private record EffectiveSetting(String key, String value, String origin) {}

    /** The output of {@code --json}. */
    private record Report(List<EffectiveSetting> settings, List<Diagnosis> checks) {}
}
