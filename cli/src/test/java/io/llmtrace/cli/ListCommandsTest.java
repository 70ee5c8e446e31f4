package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.context.ExitCode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests how long lists are, and their exports. */
class ListCommandsTest {

    @TempDir
    Path folder;

    private CliRun cli;

    @BeforeEach
    void store() {
        cli = new CliRun(folder);
        cli.variables.put(
                "LLMTRACE_STORAGE",
                Fixture.storeOf(folder.resolve("t.db"), Fixture.agent(), Fixture.chat(), Fixture.empty()));
    }

    @Test
    void query_saysHowManySpansMatch() {
        assertThat(cli.runLine("query --spans --limit 2").err())
                .startsWith("2 of 4 spans; for the next, repeat with --cursor ");
        assertThat(cli.runLine("query --spans --limit 1 --order cost").err())
                .isEqualTo("1 of 4 spans; raise --limit for more\n");
    }

    @Test
    void export_ofSpans_writesThoseThatMatch_andTheyCanBeImported() {
        CliRun.Result lines = cli.runLine("export --spans --where kind:llm");
        CliRun.Result table = cli.runLine("export --spans --where kind:llm --format csv");
        CliRun.Result traces = cli.runLine("export --where kind:llm --format csv");

        assertThat(lines.lines()).hasSize(2).allSatisfy(line -> assertThat(line).contains("\"kind\":\"llm\""));
        assertThat(table.out().lines().findFirst().orElseThrow()).startsWith("trace_id,span_id,parent_span_id,");
        assertThat(table.out()).contains("4bf92f35-77b3-4da6-a3ce-929d0e0e4736,0000000000000002,0000000000000001,");
        assertThat(traces.lines().get(0)).startsWith("trace_id,tenant_id,created_at,name,");
        assertThat(traces.lines()).hasSize(3);
        assertThat(cli.run("export", "--spans", "--format", "csv", "--output", "spans.csv")
                        .err())
                .isEqualTo("exported 4 spans to spans.csv\n");
        cli.input = lines.out();
        assertThat(cli.runLine("import - --storage sqlite:" + folder.resolve("spans.db"))
                        .out())
                .isEqualTo("imported 2 traces with 2 spans\n");
        assertThat(cli.runLine("export --format xml").code()).isEqualTo(ExitCode.USAGE);
    }
}
