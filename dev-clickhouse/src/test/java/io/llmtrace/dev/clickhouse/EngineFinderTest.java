package io.llmtrace.dev.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.dev.clickhouse.internal.engine.Engine;
import io.llmtrace.dev.clickhouse.internal.engine.EngineFinder;
import io.llmtrace.dev.clickhouse.internal.engine.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineFinderTest {

    @TempDir
    Path folder;

    private final List<String> progress = new ArrayList<>();

    private Engine find(Machine machine) {
        return new EngineFinder(machine.environment()).find(progress::add);
    }

    @Test
    void find_takesTheNamedBinaryFirst() throws IOException {
        Machine machine = new Machine(folder).withProgram("clickhouse", "").withProgram("other", "");

        assertThat(find(machine.with(
                        "LLMTRACE_CLICKHOUSE_BINARY", machine.program("other").toString())))
                .isEqualTo(new Engine.Binary(machine.program("other")));
    }

    @Test
    void find_namedBinaryThatIsNotThereIsAnErrorAlthoughAnotherIsOnThePath() throws IOException {
        Machine machine =
                new Machine(folder).withProgram("clickhouse", "").with("LLMTRACE_CLICKHOUSE_BINARY", "/no/such");

        assertThatExceptionOfType(ClickHouseNotFoundException.class)
                .isThrownBy(() -> find(machine))
                .withMessage(
                        "LLMTRACE_CLICKHOUSE_BINARY=/no/such is not a file that can be run: correct it or unset it");
    }

    @Test
    void find_takesTheBinaryOnThePathBeforeAnythingIsFetched() throws IOException {
        Machine machine = new Machine(folder).withProgram("clickhouse", "").withProgram("npm", "exit 1");

        assertThat(find(machine)).isEqualTo(new Engine.Binary(machine.program("clickhouse")));
        assertThat(progress).isEmpty();
    }

    @Test
    void find_takesTheLibraryFromTheCacheWithoutFetching() throws IOException {
        Machine machine = new Machine(folder).withProgram("npm", "exit 1");
        Path version = machine.home().resolve(".cache/llmtrace/clickhouse/26.7.3-stable.1");
        Path library = Files.createFile(Files.createDirectories(version).resolve("libchdb.so"));

        assertThat(find(machine)).isEqualTo(new Engine.Library(library));
        assertThat(progress).isEmpty();
    }

    @Test
    void find_cacheFollowsXdgCacheHome() throws IOException {
        Machine machine =
                new Machine(folder).with("XDG_CACHE_HOME", folder.resolve("xdg").toString());
        Path version = folder.resolve("xdg/llmtrace/clickhouse/26.7.3-stable.1");
        Path library = Files.createFile(Files.createDirectories(version).resolve("libchdb.so"));

        assertThat(find(machine)).isEqualTo(new Engine.Library(library));
    }

    @Test
    void find_withNothingSaysWhatToInstallOrSet() {
        assertThatExceptionOfType(ClickHouseNotFoundException.class)
                .isThrownBy(() -> find(new Machine(folder)))
                .withMessage("""
                        no ClickHouse to start: there is no 'clickhouse' on the PATH, and its engine cannot be fetched: there is no npm, and no variable npm_config_registry. Do one of these:
                          - install ClickHouse, so that 'clickhouse' is on the PATH, or name the file: LLMTRACE_CLICKHOUSE_BINARY=/path/to/clickhouse
                          - name a server that runs: LLMTRACE_CLICKHOUSE_URL=clickhouse://user:password@host:8123/database
                          - on Linux on x86-64 with glibc, let its engine be fetched once: install npm, or set npm_config_registry to the URL of an npm registry""");
    }

    @Test
    void find_onAPlatformWithoutAPackageSaysSo() throws IOException {
        Machine machine = new Machine(folder).on("mac-os-x-aarch64").withProgram("npm", "exit 1");

        assertThatThrownBy(() -> find(machine))
                .isInstanceOf(ClickHouseNotFoundException.class)
                .hasMessageContaining("and no engine can be fetched for mac-os-x-aarch64. Do one of these:");
    }

    @Test
    void start_externalUrlComesBeforeAll() throws IOException {
        Machine machine = new Machine(folder)
                .withProgram("clickhouse", "")
                .with("LLMTRACE_CLICKHOUSE_URL", "clickhouse://someone:secret@127.0.0.1:1/db");

        assertThatExceptionOfType(ClickHouseStartException.class)
                .isThrownBy(() -> ClickHouseServer.start(ClickHouseServerOptions.defaults(), machine.environment()))
                .withMessageStartingWith("the server of LLMTRACE_CLICKHOUSE_URL (clickhouse://someone@127.0.0.1:1)"
                        + " does not answer: no answer from 127.0.0.1:1: ")
                .withMessageEndingWith("; correct the variable, or unset it to have a server started")
                .withMessageNotContaining("secret");
    }
}
