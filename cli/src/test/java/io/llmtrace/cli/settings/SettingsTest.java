package io.llmtrace.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.cli.context.UsageException;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.server.WebConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
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
                        + " otlp-ports, insecure, public-url, allowed-hosts, trusted-proxies, allowed-origins, max-body-bytes, max-decompressed-bytes, max-request-memory, max-read-memory,"
                        + " request-timeout, spool-max-mb, store-patience-ms, linger-ms, batch-max-spans, redact,"
                        + " redact-rules, redact-fail-open, prices, log-level");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'port: [1, 2]'     | port takes one value, no list and no group",
                "'port: {a: 1}'     | port takes one value, no list and no group",
                "'port:'            | port takes one value, no list and no group",
            })
    void file_withAValueThatIsNoneIsRefusedWhereItIsUsed(String yaml, String reason) throws IOException {
        Path file = folder.resolve("llmtrace.yaml");
        Files.writeString(file, yaml);
        Settings settings = Settings.resolve(Map.of(), null, Map.of(), folder);

        assertThat(settings.storageUrl()).isEqualTo("sqlite:llmtrace-data/traces.db");
        assertThatThrownBy(settings::port).isInstanceOf(UsageException.class).hasMessage(file + ": " + reason);
        assertThat(settings.problems()).containsExactly(file + ": " + reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
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
                "MAX_BODY_BYTES | 64 MB | max-body-bytes: not a size such as 64MiB or 67108864 (bytes): '64 MB' (from LLMTRACE_MAX_BODY_BYTES)",
                "MAX_REQUEST_MEMORY | 0 | max-request-memory: not a size from 1 byte up: '0' (from LLMTRACE_MAX_REQUEST_MEMORY)",
                "MAX_DECOMPRESSED_BYTES | 9999999999GiB | max-decompressed-bytes: too large: '9999999999GiB' (from LLMTRACE_MAX_DECOMPRESSED_BYTES)",
                "REQUEST_TIMEOUT | soon | request-timeout: not a duration such as 250ms, 2.5s, 1m or 1500 (milliseconds): 'soon' (from LLMTRACE_REQUEST_TIMEOUT)",
                "INSECURE   | maybe     | insecure: not true or false: 'maybe' (from LLMTRACE_INSECURE)",
                "TENANT     | me        | tenant: not a UUID: 'me': 'me' (from LLMTRACE_TENANT)",
                "SERVER     | localhost | server: not a URL such as http://localhost:8080: 'localhost' (from LLMTRACE_SERVER)",
                "LOG_LEVEL  | loud      | log-level: not one of [error, warn, info, debug, trace]: 'loud' (from LLMTRACE_LOG_LEVEL)",
            })
    void value_thatIsWrongIsRefusedWithItsOrigin(Setting setting, String value, String message) {
        assertThat(Settings.resolve(Map.of(), null, Map.of(setting.variable(), value), folder)
                        .problems())
                .containsExactly(message);
    }

    @Test
    void problems_areNoneByDefault() {
        assertThat(Settings.resolve(Map.of(), null, Map.of(), folder).problems())
                .isEmpty();
    }

    @Test
    void data_thatIsNoPathIsRefused() throws IOException {
        Files.writeString(folder.resolve("llmtrace.yaml"), "data: \"a\\0b\"\n");
        Settings settings = Settings.resolve(Map.of(), null, Map.of(), folder);

        assertThatThrownBy(settings::storageUrl)
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("data: Nul character not allowed");
        assertThat(settings.value(Setting.STORAGE).origin()).endsWith("llmtrace.yaml");
    }

    /** What Kubernetes sets in a pod beside Services called llmtrace and llmtrace-otlp. */
    private static final Map<String, String> OF_KUBERNETES = Map.ofEntries(
            Map.entry("LLMTRACE_SERVICE_HOST", "172.20.120.186"),
            Map.entry("LLMTRACE_SERVICE_PORT", "8080"),
            Map.entry("LLMTRACE_SERVICE_PORT_HTTP", "8080"),
            Map.entry("LLMTRACE_PORT", "tcp://172.20.120.186:8080"),
            Map.entry("LLMTRACE_PORT_8080_TCP", "tcp://172.20.120.186:8080"),
            Map.entry("LLMTRACE_PORT_8080_TCP_PROTO", "tcp"),
            Map.entry("LLMTRACE_PORT_8080_TCP_PORT", "8080"),
            Map.entry("LLMTRACE_PORT_8080_TCP_ADDR", "172.20.120.186"),
            Map.entry("LLMTRACE_OTLP_SERVICE_HOST", "172.20.77.3"),
            Map.entry("LLMTRACE_OTLP_PORT", "tcp://[fd00::3]:4317"),
            Map.entry("LLMTRACE_OTLP_PORT_4317_TCP", "tcp://[fd00::3]:4317"));

    @Test
    void variablesOfKubernetes_areNoSettings() throws IOException {
        assertThat(Settings.resolve(Map.of(), null, OF_KUBERNETES, folder).port())
                .isEqualTo(8080);
        Files.writeString(folder.resolve("llmtrace.yaml"), "port: 9000\n");

        Settings settings = Settings.resolve(Map.of(), null, OF_KUBERNETES, folder);

        assertThat(settings.port()).isEqualTo(9000);
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.unknownVariables()).isEmpty();
        assertThat(settings.ignoredVariables())
                .containsExactly("LLMTRACE_PORT=tcp://172.20.120.186:8080 is what Kubernetes sets for a Service called"
                        + " llmtrace, not a setting: ignored");
    }

    @Test
    void variables_thatOnlyLookLikeThoseOfKubernetesAreReported() {
        Settings settings = Settings.resolve(
                Map.of(), null, Map.of("LLMTRACE_OTLP_PORT", "false", "LLMTRACE_PORT", "http://localhost"), folder);

        assertThat(settings.unknownVariables()).containsExactly("LLMTRACE_OTLP_PORT");
        assertThat(settings.ignoredVariables()).isEmpty();
        assertThat(settings.problems())
                .containsExactly("port: not a port in [0, 65535]: 'http://localhost' (from LLMTRACE_PORT)");
    }

    @Test
    void limits_haveUnits() {
        Settings settings = Settings.resolve(
                Map.of(
                        Setting.MAX_BODY_BYTES, "1000",
                        Setting.MAX_DECOMPRESSED_BYTES, "2 mib",
                        Setting.MAX_REQUEST_MEMORY, "1GiB",
                        Setting.MAX_READ_MEMORY, "3MiB",
                        Setting.REQUEST_TIMEOUT, "1.5s"),
                null,
                Map.of(),
                folder);

        assertThat(settings.maxBodyBytes()).isEqualTo(1_000);
        assertThat(settings.maxDecompressedBytes()).isEqualTo(2 << 20);
        assertThat(settings.maxRequestMemory()).isEqualTo(1 << 30);
        assertThat(settings.maxReadMemory()).isEqualTo(3 << 20);
        assertThat(settings.requestTimeout()).hasMillis(1_500);
    }

    @Test
    void web_isReadFromFlagVariableAndFile() throws IOException {
        Files.writeString(
                folder.resolve("llmtrace.yaml"),
                "allowed-hosts: traces.internal\ntrusted-proxies: 127.0.0.1, 10.0.0.0/8\nallowed-origins: '*'\n");

        WebConfig web = Settings.resolve(
                        Map.of(Setting.PUBLIC_URL, "https://example.com/llmtrace/"),
                        null,
                        Map.of("LLMTRACE_ALLOWED_HOSTS", "Traces.example.com,traces.internal"),
                        folder)
                .web();

        assertThat(web.publicUrl()).contains(URI.create("https://example.com/llmtrace"));
        assertThat(web.allowedHosts()).containsExactly("traces.example.com", "traces.internal");
        assertThat(web.trustedProxies()).containsExactly("127.0.0.1", "10.0.0.0/8");
        assertThat(web.allowedOrigins()).containsExactly("*");
        assertThat(Settings.resolve(Map.of(), null, Map.of("LLMTRACE_ALLOWED_ORIGINS", "none"), folder)
                        .web()
                        .allowedOrigins())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUBLIC_URL | traces.example.com | public-url: not a URL such as https://traces.example.com or"
                        + " https://example.com/llmtrace, without user, query and fragment; the path must not begin as the server's own do, such as /api, /v1 and /traces",
                "ALLOWED_HOSTS | https://a.example | allowed-hosts: not a host name such as traces.example.com,"
                        + " without scheme, port, path and wildcard",
                "ALLOWED_HOSTS | a.example, | allowed-hosts: not a host name such as traces.example.com,"
                        + " without scheme, port, path and wildcard",
                "TRUSTED_PROXIES | nginx | trusted-proxies: not an address or a block of addresses such as 127.0.0.1,"
                        + " ::1 or 10.0.0.0/8",
                "ALLOWED_ORIGINS | https://a.example/ | allowed-origins: not an origin such as https://app.example.com or"
                        + " http://localhost:3000, without path and wildcard, nor *",
            })
    void web_wrongValue_isRefusedWithItsOrigin(Setting setting, String value, String reason) {
        assertThatThrownBy(() -> Settings.resolve(Map.of(setting, value), null, Map.of(), folder)
                        .web())
                .isInstanceOf(UsageException.class)
                .hasMessage(reason + ": '" + value + "' (from " + setting.flag() + ")");
    }

    @Test
    void web_wrongValues_areAllReported() {
        Settings settings = Settings.resolve(
                Map.of(
                        Setting.PUBLIC_URL, "a",
                        Setting.ALLOWED_HOSTS, "a/b",
                        Setting.TRUSTED_PROXIES, "c",
                        Setting.ALLOWED_ORIGINS, "d"),
                null,
                Map.of(),
                folder);

        assertThat(settings.problems())
                .extracting(problem -> problem.replaceFirst(":.*", ""))
                .containsExactly("public-url", "allowed-hosts", "trusted-proxies", "allowed-origins");
    }

    @Test
    void defaults_areThoseOfTheConfigurations() {
        Settings settings = Settings.resolve(Map.of(), null, Map.of(), folder);
        ServerConfig server = ServerConfig.defaults();

        assertThat(settings.host()).isEqualTo(server.host());
        assertThat(settings.port()).isEqualTo(server.port());
        assertThat(settings.insecure()).isEqualTo(server.insecure());
        assertThat(settings.web()).hasToString(server.web().toString());
        assertThat(settings.maxBodyBytes()).isEqualTo(server.maxBodyBytes());
        assertThat(settings.maxDecompressedBytes()).isEqualTo(server.maxDecompressedBytes());
        assertThat(settings.maxRequestMemory()).isEqualTo(server.maxRequestMemory());
        assertThat(settings.maxReadMemory()).isEqualTo(server.maxReadMemory());
        assertThat(settings.requestTimeout()).isEqualTo(server.requestTimeout());
        assertThat(settings.batchMaxSpans()).isEqualTo(server.ingest().maxBatchSpans());
        assertThat(settings.linger()).isEqualTo(server.ingest().linger());
        assertThat(settings.storePatience()).isEqualTo(server.ingest().patience());
        assertThat((long) settings.spoolMaxMb() << 20).isEqualTo(server.ingest().maxSpoolBytes());
        assertThat(settings.redactFailOpen()).isEqualTo(server.ingest().failOpen());
        assertThat(settings.tenant()).isEqualTo(TenantResolver.DEFAULT_TENANT);
    }

    @Test
    void readme_listsTheSettingsWithTheirDefaults() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("README.md")).stream()
                .dropWhile(line -> !line.startsWith("| key in the file |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.replace("`", ""))
                .toList();

        assertThat(rows).hasSameSizeAs(Setting.values());
        for (int i = 0; i < rows.size(); i++) {
            Setting setting = Setting.values()[i];
            assertThat(rows.get(i))
                    .startsWith(String.join(
                            " | ",
                            "| " + setting.key(),
                            setting.flag(),
                            setting.variable(),
                            setting.describedDefault(),
                            ""));
        }
    }

    @Test
    void server_yieldsToAStorageOfHigherPrecedence() {
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
    void server_andStorageTogether_areRefused() {
        Settings settings = Settings.resolve(
                Map.of(Setting.STORAGE, "sqlite:a.db", Setting.SERVER, "http://localhost:8080"),
                null,
                Map.of(),
                folder);

        assertThatThrownBy(settings::server)
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
