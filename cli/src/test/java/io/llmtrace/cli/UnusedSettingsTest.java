package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.settings.Setting;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A wrong setting stops the commands that use it, and no others. */
class UnusedSettingsTest {

    @TempDir
    Path folder;

    private CliRun cli;
    private String url;

    @BeforeEach
    void store() {
        cli = new CliRun(folder);
        url = Fixture.storeOf(folder.resolve("t.db"), Fixture.chat());
    }

    @ParameterizedTest
    @CsvSource({
        "stats, ",
        "stats --all-tenants, ",
        "query, ",
        "show " + Fixture.CHAT_ID + ", ",
        "top models, ",
        "export, ",
        "retention, ",
        "retention 30 --dry-run, ",
        "delete --yes --before 2000-01-01, ",
        "migrate, TENANT",
        "deadletter list, TENANT",
        "import -, REDACT REDACT_RULES REDACT_FAIL_OPEN",
        "remap --dry-run, REDACT REDACT_RULES REDACT_FAIL_OPEN PRICES",
        "completion bash, ",
    })
    void command_isNotStoppedByASettingThatItDoesNotUse(String command, String others) {
        Set<Setting> used = EnumSet.of(Setting.STORAGE, Setting.DATA, Setting.SERVER, Setting.TENANT);
        if (others != null) {
            Arrays.stream(others.split(" ")).map(Setting::valueOf).forEach(used::add);
        }
        if (others != null && others.equals("TENANT")) {
            used.remove(Setting.TENANT);
        }
        for (Setting setting : EnumSet.complementOf(EnumSet.copyOf(used))) {
            cli.variables.put(setting.variable(), "/wrong/\u0007");
        }
        boolean named = command.startsWith("completion");

        CliRun.Result result = cli.runLine(named ? command : command + storage(command));

        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
    }

    private String storage(String command) {
        return command.startsWith("deadletter") ? " --data " + folder : " --storage " + url;
    }

    @Test
    void import_intoAServerLeavesRedactionToIt() {
        cli.variables.put("LLMTRACE_REDACT", "wrong");
        cli.input = "";

        CliRun.Result result = cli.runLine("import - --server http://localhost:1");

        assertThat(result.err()).doesNotContain("redact");
    }

    @ParameterizedTest
    @CsvSource({
        "serve --port 0, LLMTRACE_REQUEST_TIMEOUT, request-timeout",
        "serve --port 0, LLMTRACE_REDACT, redact",
        "serve --port 0, LLMTRACE_LOG_LEVEL, log-level",
        "remap, LLMTRACE_PRICES, prices",
        "stats, LLMTRACE_TENANT, tenant",
        "import -, LLMTRACE_REDACT, redact",
    })
    void command_isStoppedByASettingThatItUses(String command, String variable, String key) {
        cli.variables.put(variable, "wrong");

        CliRun.Result result = cli.runLine(command + " --storage " + url);

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).startsWith("llmtrace: " + key + ": ").contains("'wrong' (from " + variable + ")");
    }

    @Test
    void doctor_listsAllWrongSettings() {
        cli.variables.put("LLMTRACE_PORT", "http");
        cli.variables.put("LLMTRACE_REDACT", "names");

        CliRun.Result result = cli.runLine("doctor --storage " + url);

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.lines().stream().filter(line -> line.startsWith("fail")))
                .hasSize(2)
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("port: not a port in [0, 65535]: 'http' (from LLMTRACE_PORT)"),
                        line -> assertThat(line).contains("'names' (from LLMTRACE_REDACT)"));
    }

    @Test
    void doctor_saysWhatKubernetesHasSet() {
        cli.variables.put("LLMTRACE_PORT", "tcp://172.20.120.186:8080");
        cli.variables.put("LLMTRACE_SERVICE_HOST", "172.20.120.186");

        CliRun.Result result = cli.runLine("doctor --port 0 --otlp-ports false --storage " + url);

        assertThat(result.out())
                .contains(
                        "LLMTRACE_PORT=tcp://172.20.120.186:8080 is what Kubernetes sets for a Service called llmtrace")
                .doesNotContain("LLMTRACE_SERVICE_HOST");
    }
}
