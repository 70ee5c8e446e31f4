package io.llmtrace.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.cli.UsageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        // flag, variable, file, expected value, expected origin
        "1,   2,   3,  1,    --port",
        "1,   2,    ,  1,    --port",
        "1,    ,   3,  1,    --port",
        " ,   2,   3,  2,    LLMTRACE_PORT",
        " ,   2,    ,  2,    LLMTRACE_PORT",
        " ,    ,   3,  3,    llmtrace.yaml",
        " ,    ,    ,  8080, default",
    })
    void precedence_flagBeatsVariableBeatsFileBeatsDefault(
            String flag, String variable, String file, String value, String origin) throws IOException {
        if (file != null) {
            Files.writeString(folder.resolve("llmtrace.yaml"), "port: " + file + "\n");
        }

        Settings settings = Settings.resolve(
                flag == null ? Map.of() : Map.of(Setting.PORT, flag),
                null,
                variable == null ? Map.of() : Map.of("LLMTRACE_PORT", variable),
                folder);

        assertThat(settings.port()).isEqualTo(Integer.parseInt(value));
        assertThat(settings.value(Setting.PORT).text()).isEqualTo(value);
        assertThat(settings.value(Setting.PORT).origin()).endsWith(origin);
    }

    @Test
    void everySetting_canComeFromTheFileAndFromItsVariable() throws IOException {
        Map<String, String> values = Map.of(
                "storage", "sqlite:x.db",
                "data", "d",
                "tenant", "00000000-0000-0000-0000-00000000000a",
                "host", "localhost",
                "port", "9000",
                "otlp-ports", "false",
                "insecure", "true",
                "log-level", "debug");
        StringBuilder yaml = new StringBuilder("# settings\n");
        Map<String, String> variables = new HashMap<>();
        values.forEach((key, value) -> {
            yaml.append(key).append(": ").append(value).append('\n');
            variables.put("LLMTRACE_" + key.toUpperCase(java.util.Locale.ROOT).replace('-', '_'), value);
        });
        Path file = folder.resolve("settings.yaml");
        Files.writeString(file, yaml);

        for (Settings settings : new Settings[] {
            Settings.resolve(Map.of(), file, Map.of(), folder), Settings.resolve(Map.of(), null, variables, folder)
        }) {
            values.forEach((key, value) -> assertThat(
                            settings.value(Setting.ofKey(key).orElseThrow()).text())
                    .as(key)
                    .isEqualTo(value));
            assertThat(settings.otlpPorts()).isFalse();
            assertThat(settings.insecure()).isTrue();
        }
    }

    @Test
    void storage_defaultFollowsTheDataFolder() {
        Settings settings = Settings.resolve(Map.of(), null, Map.of("LLMTRACE_DATA", "/srv/traces"), folder);

        assertThat(settings.storageUrl()).isEqualTo("sqlite:/srv/traces/traces.db");
        assertThat(settings.value(Setting.STORAGE).origin()).isEqualTo("LLMTRACE_DATA");
    }

    @Test
    void configVariable_namesTheFile() throws IOException {
        Files.writeString(folder.resolve("other.yaml"), "port: 7\n");

        Settings settings = Settings.resolve(Map.of(), null, Map.of("LLMTRACE_CONFIG", "other.yaml"), folder);

        assertThat(settings.port()).isEqualTo(7);
        assertThat(settings.fileOrigin()).isEqualTo("LLMTRACE_CONFIG");
    }

    @Test
    void file_withUnknownKeyIsRefusedWithTheKnownOnes() throws IOException {
        Path file = folder.resolve("llmtrace.yaml");
        Files.writeString(file, "port: 1\nports: 2\n");

        assertThatThrownBy(() -> Settings.resolve(Map.of(), null, Map.of(), folder))
                .isInstanceOf(UsageException.class)
                .hasMessage(file + ": unknown key 'ports'; known are storage, data, server, tenant, host, port,"
                        + " otlp-ports, insecure, spool-max-mb, store-patience-ms, linger-ms, batch-max-spans, redact,"
                        + " redact-rules, redact-fail-open, prices, log-level");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'port: [1, 2]'     | port takes one value, no list and no group",
                "'port: {a: 1}'     | port takes one value, no list and no group",
                "'port:'            | port takes one value, no list and no group",
                "'- port'           | expected lines such as 'port: 8080'",
                "'port: 1\nport: 2' | not YAML at line 2",
                "'port: [1'         | not YAML at line 1",
            })
    void file_thatIsWrongIsRefusedWithItsName(String yaml, String reason) throws IOException {
        Path file = folder.resolve("llmtrace.yaml");
        Files.writeString(file, yaml);

        assertThatThrownBy(() -> Settings.resolve(Map.of(), null, Map.of(), folder))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(file + ": " + reason);
    }

    @Test
    void file_thatIsMissingIsRefusedWhenItWasNamed() {
        assertThatThrownBy(() -> Settings.resolve(Map.of(), Path.of("no.yaml"), Map.of(), folder))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("cannot read the settings file " + folder.resolve("no.yaml"));
    }

    @Test
    void file_thatIsEmptySetsNothing() throws IOException {
        Files.writeString(folder.resolve("llmtrace.yaml"), "# nothing yet\n");

        assertThat(Settings.resolve(Map.of(), null, Map.of(), folder).port()).isEqualTo(8080);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PORT       | 70000     | port: not a port in [0, 65535]: '70000' (from LLMTRACE_PORT)",
                "PORT       | http      | port: not a port in [0, 65535]: 'http' (from LLMTRACE_PORT)",
                "OTLP_PORTS | 4317      | otlp-ports: not true or false: '4317' (from LLMTRACE_OTLP_PORTS)",
                "INSECURE   | maybe     | insecure: not true or false: 'maybe' (from LLMTRACE_INSECURE)",
                "TENANT     | me        | tenant: not a UUID: 'me': 'me' (from LLMTRACE_TENANT)",
                "SERVER     | localhost | server: not a URL such as http://localhost:8080: 'localhost' (from LLMTRACE_SERVER)",
                "LOG_LEVEL  | loud      | log-level: not one of [error, warn, info, debug, trace]: 'loud' (from LLMTRACE_LOG_LEVEL)",
            })
    void value_thatIsWrongIsRefusedWithItsOrigin(Setting setting, String value, String message) {
        assertThatThrownBy(() -> Settings.resolve(Map.of(), null, Map.of(setting.variable(), value), folder))
                .isInstanceOf(UsageException.class)
                .hasMessage(message);
    }

    @Test
    void server_yieldsToAStorageThatIsNearer() {
        Map<String, String> variables = Map.of("LLMTRACE_SERVER", "http://localhost:8080/");

        assertThat(Settings.resolve(Map.of(), null, variables, folder).server())
                .contains(URI.create("http://localhost:8080"));
        assertThat(Settings.resolve(Map.of(Setting.STORAGE, "sqlite:a.db"), null, variables, folder)
                        .server())
                .isEmpty();
        assertThat(Settings.resolve(Map.of(Setting.DATA, "d"), null, variables, folder)
                        .server())
                .isEmpty();
    }

    @Test
    void server_andStorageAtOnceAreRefused() {
        assertThatThrownBy(() -> Settings.resolve(
                        Map.of(Setting.STORAGE, "sqlite:a.db", Setting.SERVER, "http://localhost:8080"),
                        null,
                        Map.of(),
                        folder))
                .isInstanceOf(UsageException.class)
                .hasMessage("both --storage and --server are set, storage and server; leave one out");
    }

    @Test
    void unknownVariables_areListedButNotThoseOfTheLauncher() {
        Settings settings = Settings.resolve(
                Map.of(),
                null,
                Map.of("LLMTRACE_STROAGE", "x", "LLMTRACE_JAVA_OPTS", "-Xmx1g", "LLMTRACE_PORT", "1", "PATH", "/bin"),
                folder);

        assertThat(settings.unknownVariables()).containsExactly("LLMTRACE_STROAGE");
    }
}
