package io.llmtrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.testkit.LongTest;
import io.llmtrace.testkit.NeedsClickHouse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchmarkMainTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void run_quick_measuresEverythingOnceAndReports(@TempDir Path folder) throws IOException {
        Path results = folder.resolve("results.md");

        int status = run(
                "sqlite", "--quick", "--folder", folder.resolve("stores").toString(), "--results", results.toString());

        assertThat(status).as(err.toString(StandardCharsets.UTF_8)).isZero();
        String report = Files.readString(results);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains(report);
        assertThat(report)
                .contains("| measure | ours | baseline | ratio, median (range) | wanted | met |")
                .contains("| chat: writes |", "| chat: size on disk |", "| agent: writes |", "| agent: size on disk |")
                .contains("| page of 50 traces, 100 spans |", "| trace by id, 500 spans |")
                .contains("| statistics of a tenant, growth to 500 spans |")
                .contains("| commit |", "| cores |", "| disk |", "| JDK |", "| SQLite |", "| parameters |")
                .doesNotContain("NaN");
        assertThat(folder.resolve("stores")).isEmptyDirectory();
    }

    @Test
    @LongTest
    @NeedsClickHouse
    void run_quickOnClickHouse_measuresEverythingOnceAndReports(@TempDir Path folder) throws IOException {
        int status = run(
                "clickhouse", "--quick", "--folder", folder.resolve("stores").toString());

        assertThat(status).as(err.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("| chat: writes, 1 thread |", "| agent: writes, 4 threads |", "| chat: size on disk |")
                .contains("| page of a tag's traces, 100 spans |", "| span by id, 500 spans |")
                .contains("| statistics of a tenant, first call, 500 spans |")
                .contains("| table spans |", "| spans: column ", "| spans: index ")
                .contains("| trace by id | llmtrace: ", "| trace by id | original: trace |")
                .contains("| ClickHouse |", "| parameters |")
                .doesNotContain("NaN");
        assertThat(folder.resolve("stores")).isEmptyDirectory();
    }

    @Test
    @LongTest
    void run_quickThroughTheServer_measuresEverythingOnceAndReports(@TempDir Path folder) throws IOException {
        int status = run(
                "ingest",
                "--quick",
                "--only",
                "sqlite",
                "--folder",
                folder.resolve("stores").toString());

        assertThat(status).as(err.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("| SQLite: chat spans through the server, 4 clients |")
                .contains("| SQLite: 64 clients, 10 spans at a time: p99 until acknowledged |")
                .contains(
                        "| SQLite: 100 spans a request at 10 % of the full rate: processor time of the server, a span |")
                .doesNotContain("NaN");
        assertThat(folder.resolve("stores")).isEmptyDirectory();
    }

    @Test
    void run_badArguments_sayWhatIsWrongAndShowTheUsage() throws IOException {
        assertThat(run()).isEqualTo(2);
        assertThat(run("sqlite", "--rounds", "0")).isEqualTo(2);
        assertThat(run("sqlite", "--folder")).isEqualTo(2);
        assertThat(run("sqlite", "--slow")).isEqualTo(2);
        assertThat(run("sqlite", "--only", "deletes")).isEqualTo(2);
        assertThat(run("clickhouse", "--only", "chat")).isEqualTo(2);
        assertThat(run("paper")).isEqualTo(2);

        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("SUITE is missing")
                .contains("--rounds not in [1, 9999]: '0'")
                .contains("--folder needs a value")
                .contains("unknown option '--slow'")
                .contains("--only not one of chat, agent, reads: 'deletes'")
                .contains("--only not one of writes, bytes, reads: 'chat'")
                .contains("no suite 'paper', there are sqlite, clickhouse, ingest, explorer")
                .contains("Usage: benchmarks/run SUITE");
    }

    private int run(String... arguments) throws IOException {
        return BenchmarkMain.run(List.of(arguments), stream(out), stream(err));
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
