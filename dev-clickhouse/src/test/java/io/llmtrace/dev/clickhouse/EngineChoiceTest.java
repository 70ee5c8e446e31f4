package io.llmtrace.dev.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Native;
import io.llmtrace.dev.clickhouse.internal.engine.Engine;
import io.llmtrace.dev.clickhouse.internal.engine.EngineFinder;
import io.llmtrace.dev.clickhouse.internal.engine.Environment;
import io.llmtrace.dev.clickhouse.internal.launcher.Launcher;
import io.llmtrace.testkit.NeedsClickHouse;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The alternatives to the library: a server that runs already, and a binary. */
@NeedsClickHouse
@Timeout(180)
class EngineChoiceTest {

    @TempDir
    Path folder;

    private static ClickHouseServerOptions.Builder own() {
        return ClickHouseServerOptions.builder().ownProcess();
    }

    @Test
    void externalServer_isUsedAndLeftAlone() {
        try (ClickHouseServer running = ClickHouseServer.start(own().build())) {
            String url = running.url("some");
            ClickHouseServerOptions options = ClickHouseServerOptions.builder()
                    .variables(Map.of("LLMTRACE_CLICKHOUSE_URL", url))
                    .build();
            try (ClickHouseServer external = ClickHouseServer.start(options)) {
                assertThat(external.isExternal()).isTrue();
                assertThat(external.isRunning()).isTrue();
                assertThat(external.execute("SELECT 1")).isEqualTo("1\n");
                assertThat(external.url("some")).isEqualTo(url);
                assertThat(external.httpPort()).isEqualTo(running.httpPort());
                for (Consumer<ClickHouseServer> act : List.<Consumer<ClickHouseServer>>of(
                        ClickHouseServer::kill,
                        ClickHouseServer::stop,
                        ClickHouseServer::restart,
                        ClickHouseServer::pause,
                        ClickHouseServer::folder,
                        ClickHouseServer::nativePort)) {
                    assertThatThrownBy(() -> act.accept(external))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("unset LLMTRACE_CLICKHOUSE_URL to have one started,"
                                    + " or request one with ownProcess() of the options");
                }
            }
            assertThat(running.execute("SELECT 1")).isEqualTo("1\n");
        }
    }

    @Test
    void externalServer_isPassedOverByWhoeverNeedsHisOwn() {
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.put("LLMTRACE_CLICKHOUSE_URL", "clickhouse://127.0.0.1:1/none");

        try (ClickHouseServer server =
                ClickHouseServer.start(own().variables(variables).build())) {
            assertThat(server.isExternal()).isFalse();
        }
    }

    @Test
    void binary_isStartedStoppedAndKilled() throws Exception {
        Engine engine = new EngineFinder(Environment.ofThisMachine(System.getenv())).find(text -> {});
        assumeTrue(engine instanceof Engine.Library, "a clickhouse binary is used by all tests");
        Path binary = folder.resolve("clickhouse");
        // A script that takes the arguments of the binary and runs the library instead.
        Files.writeString(binary, """
                #!/bin/sh
                [ "$1" = server ] || exit 9
                config=${2#--config-file=}
                exec '%s' -cp '%s' %s $PPID library '%s' "$config" "${config%%/*}/data" information
                """.formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        origin(Launcher.class) + File.pathSeparator + origin(Native.class),
                        Launcher.class.getName(),
                        ((Engine.Library) engine).file()));
        assertThat(binary.toFile().setExecutable(true)).isTrue();
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.put("LLMTRACE_CLICKHOUSE_BINARY", binary.toString());
        ClickHouseServerOptions options = own().variables(variables)
                .usersXml("<clickhouse><users><default><password/><networks><ip>127.0.0.1</ip></networks>"
                        + "<profile>default</profile><quota>default</quota></default></users></clickhouse>")
                .build();

        try (ClickHouseServer server = ClickHouseServer.start(options)) {
            server.execute("CREATE TABLE t (x Int32) ORDER BY x");
            server.execute("INSERT INTO t VALUES (1)");
            server.kill();
            assertThat(server.isRunning()).isFalse();
            server.restart();
            assertThat(server.execute("SELECT x FROM t")).isEqualTo("1\n");
            server.stop();
            assertThat(server.log()).contains("launcher: stopped");
        }
    }

    private static Path origin(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
