package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.json.TraceJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests how commands select traces: by expressions, by counts and by orders. */
final class SelectionTest {

    @TempDir
    Path folder;

    private CliRun cli;
    private String url;

    @BeforeEach
    void store() {
        url = Fixture.storeOf(folder.resolve("t.db"), Fixture.agent(), Fixture.chat(), Fixture.empty());
        cli = new CliRun(folder);
        cli.variables.put("LLMTRACE_STORAGE", url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"duration", "cost", "tokens"})
    void query_ordersByAMeasure(String order) {
        CliRun.Result largest = cli.runLine("query --limit 1 --order " + order);
        JsonNode page = TraceJson.readTree(
                cli.runLine("query --limit 3 --json --order " + order).out().getBytes(StandardCharsets.UTF_8));

        assertThat(largest.lines()).hasSize(2);
        assertThat(largest.err()).isEqualTo("1 of 3 traces; raise --limit for more\n");
        String first = page.path("data").path(0).path("trace_id").asText();
        assertThat(largest.lines().get(1)).contains(first.replace("-", ""));
        assertThat(page.path("data")).hasSize(3);
        assertThat(cli.runLine("query --spans --limit 1 --order " + order).lines())
                .hasSize(2);
        assertThat(cli.runLine("query --cursor x --order " + order).err())
                .contains("--cursor goes with orders of time");
    }

    @Test
    void query_whereTakesTheFilterLanguage() {
        assertThat(cli.runLine("query --where (kind:llm)AND(cost:>0.005)").lines())
                .hasSize(2)
                .last()
                .asString()
                .contains("4bf92f3577b34da6a3ce929d0e0e4736");
        CliRun.Result refused = cli.runLine("query --where modle:gpt-4o");
        assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err()).contains("no field is named modle; did you mean model?");
    }

    @Test
    void delete_whereAFilterPasses() {
        assertThat(cli.runLine("delete --dry-run --where kind:llm").out())
                .isEqualTo("would delete 2 traces from " + url + "\n");
        assertThat(cli.runLine("delete --dry-run --before 2026-01-31T10:00:00Z").out())
                .isEqualTo("would delete 2 traces from " + url + "\n");
        assertThat(cli.runLine("delete --dry-run --json --trace " + Fixture.CHAT_ID)
                        .out())
                .isEqualTo("{\"would_delete\":1}\n");
        assertThat(cli.runLine("stats").lines()).contains("traces        3");
        cli.interactive = true;
        cli.input = "n\n";
        assertThat(cli.runLine("delete --where kind:(tool,agent)").err())
                .startsWith("Delete 1 trace in which a span passes kind:tool OR kind:agent, from ");
        cli.interactive = false;

        assertThat(cli.runLine("delete --yes --where kind:(tool,agent)").out())
                .isEqualTo("deleted 1 trace from " + url + "\n");

        assertThat(cli.runLine("show " + Fixture.AGENT_ID).code()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(cli.runLine("show " + Fixture.CHAT_ID).code()).isZero();
        assertThat(cli.runLine("delete --yes --where modle:x").code()).isEqualTo(ExitCode.USAGE);
        assertThat(cli.run("delete", "--yes", "--where", "").err()).contains("no filter given");
        assertThat(cli.runLine("stats").lines()).contains("traces        2");
    }

    @Test
    void show_takesAnyIdOrItsBeginning() {
        String whole = cli.runLine("show " + Fixture.AGENT_ID).out();

        assertThat(cli.runLine("show 4bf92f35").out()).isEqualTo(whole);
        assertThat(cli.runLine("show 4BF92F35-77b3").out()).isEqualTo(whole);
        assertThat(cli.runLine("show 0000000000000009").out())
                .isEqualTo(cli.runLine("show " + Fixture.CHAT_ID + " --span 0000000000000009")
                        .out());
        assertThat(cli.runLine("show s-1").lines()).hasSize(2).last().asString().contains(Fixture.AGENT_ID);
        assertThat(cli.runLine("show u-1").lines()).hasSize(2).last().asString().contains(Fixture.AGENT_ID);
    }

    @Test
    void show_refusesWhatNamesNothingOrSeveral() {
        assertThat(cli.runLine("show 123"))
                .isEqualTo(new CliRun.Result(
                        ExitCode.NOT_FOUND, "", "llmtrace: no trace, span, session or user 123 in " + url + "\n"));
        assertThat(cli.runLine("show 4bf92f36").code()).isEqualTo(ExitCode.NOT_FOUND);
        CliRun.Result several = cli.runLine("show 00000000");
        assertThat(several.code()).isEqualTo(ExitCode.USAGE);
        assertThat(several.err()).contains("00000000 may be one of ").contains("span_id 0000000000000009");
    }
}
