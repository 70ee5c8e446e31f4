package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.settings.Setting;
import io.llmtrace.ingest.redaction.Detector;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {

    private static final String[] COMMANDS = {
        "serve",
        "demo",
        "query",
        "show",
        "top",
        "stats",
        "import",
        "export",
        "delete",
        "retention",
        "migrate",
        "remap",
        "prices",
        "doctor",
        "deadletter",
        "dev",
        "completion"
    };

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serve",
                "demo",
                "query",
                "show",
                "top",
                "top",
                "stats",
                "import",
                "export",
                "delete",
                "retention",
                "migrate",
                "remap",
                "prices",
                "prices missing",
                "doctor",
                "deadletter list",
                "deadletter replay",
                "dev",
                "dev clickhouse",
                "completion"
            })
    void help_hasExamplesAndExitCodes(String command) {
        CliRun.Result help = new CliRun(folder).runLine(command + " --help");

        assertThat(help.code()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out())
                .contains("Examples:", "  llmtrace " + command)
                .contains("Exit codes:", "3   no trace or span has that id")
                .doesNotContain("\u001b");
    }

    @Test
    void help_ofServeHasVariableAndDefaultOfEachSetting() {
        String help = new CliRun(folder).run("serve", "--help").out().replaceAll("\\s+", " ");

        for (Setting setting : Setting.values()) {
            if (setting == Setting.SERVER || setting == Setting.TENANT) {
                continue; // a setting of other commands
            }
            assertThat(help)
                    .contains(
                            " " + setting.flag(),
                            "(" + setting.variable() + "; default: " + setting.describedDefault() + ").");
        }
    }

    @Test
    void help_ofServeNamesAllDetectors() {
        String help = new CliRun(folder).run("serve", "--help").out();

        for (Detector detector : Detector.values()) {
            assertThat(help).contains(detector.text());
        }
    }

    @Test
    void commands_areThoseThatTestsKnow() {
        Set<String> names = new LlmTraceCli(new CliRun(folder).context())
                .commandLine()
                .getSubcommands()
                .keySet();

        assertThat(names).containsExactlyInAnyOrder(COMMANDS);
    }

    @Test
    void root_withoutCommandPrintsHelpToErr() {
        CliRun.Result result = new CliRun(folder).run();

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("Usage: llmtrace", "Commands:");
    }

    @Test
    void version_isPrinted() {
        assertThat(new CliRun(folder).run("--version").out()).startsWith("llmtrace ");
    }

    @Test
    void completion_mentionsEveryCommandAndTheirOptions() {
        CliRun.Result script = new CliRun(folder).run("completion", "zsh");

        assertThat(script.code()).isZero();
        assertThat(script.out()).contains(COMMANDS).contains("--otlp-ports", "--min-cost", "--all-tenants");
    }

    @Test
    void completion_unknownShellIsRefused() {
        CliRun.Result result = new CliRun(folder).run("completion", "fish");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("no completion for this shell; known are [bash, zsh]: 'fish'");
    }

    @Test
    void help_onATerminalIsColoured() {
        CliRun run = new CliRun(folder);
        run.columns = 80;
        run.colours = true;

        CliRun.Result help = run.run("stats", "--help");

        assertThat(help.out()).contains("\u001b[");
        assertThat(help.lines())
                .allMatch(line -> line.replaceAll("\u001b\\[[0-9;]*m", "").length() <= 80);
    }
}
