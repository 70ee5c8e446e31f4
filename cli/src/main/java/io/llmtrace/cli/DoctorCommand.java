package io.llmtrace.cli;

import io.llmtrace.cli.doctor.Diagnosis;
import io.llmtrace.cli.doctor.EnvironmentChecks;
import io.llmtrace.cli.doctor.PortChecks;
import io.llmtrace.cli.doctor.StoreChecks;
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
import io.llmtrace.json.TraceJson;
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
            "Print the settings in force, and check what llmtrace needs.",
            "Shows where each setting comes from, and checks the JDK, the disk, the store and the ports. Ends with 1 if"
                    + " anything fails. Changes no trace, and no file; a ClickHouse store is opened as 'serve' opens it, which"
                    + " makes missing tables."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace doctor",
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
        Settings settings =
                Settings.resolve(flags, options.config.file, context.variables(), context.workingDirectory());
        List<Diagnosis> checks = checks(settings);
        if (output.json) {
            context.terminal().out().println(TraceJson.write(new Report(effective(settings), checks)));
        } else {
            print(settings);
            print(checks);
        }
        return checks.stream().anyMatch(Diagnosis::failed) ? ExitCode.FAILED : ExitCode.OK;
    }

    private List<Diagnosis> checks(Settings settings) {
        List<Diagnosis> checks = new ArrayList<>();
        checks.add(EnvironmentChecks.jdk());
        checks.addAll(EnvironmentChecks.variables(settings.unknownVariables()));
        Optional<URI> server = settings.server();
        if (server.isPresent()) {
            try (RemoteTraceRepository remote = RemoteTraceRepository.connect(server.get())) {
                checks.add(StoreChecks.server(remote.check()));
            }
            return checks; // what that server stores on, and where it listens, is its machine's concern
        }
        String url = settings.storageUrl();
        Optional<Path> file = Stores.sqliteFile(url);
        file.ifPresent(path -> checks.addAll(EnvironmentChecks.disk(path)));
        checks.addAll(StoreChecks.store(Stores.displayed(url), file, () -> Stores.openForReading(context, url)));
        checks.addAll(PortChecks.of(ServeOptions.configOf(settings)));
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
                    Cell.of(setting.origin(), style::dim));
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
            terminal.out().println(coloured + " " + Display.padRight(check.name(), 12) + " " + check.message());
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

    /** What {@code --json} prints. */
    private record Report(List<EffectiveSetting> settings, List<Diagnosis> checks) {}
}
