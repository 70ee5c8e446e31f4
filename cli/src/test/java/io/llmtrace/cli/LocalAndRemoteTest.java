package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.server.LlmTraceServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that each command prints the same for a store as for the server that has this store open. */
class LocalAndRemoteTest {

    @TempDir
    static Path folder;

    private static TraceRepository repository;
    private static LlmTraceServer server;
    private static String local;
    private static String remote;

    private final CliRun cli = new CliRun(folder);

    @BeforeAll
    static void serve() {
        String url = Fixture.storeOf(folder.resolve("t.db"));
        repository = TraceRepositories.open(url);
        server = LlmTraceServer.start(
                ServerConfig.builder().port(0).otlpPorts(List.of()).build(), repository);
        local = " --storage " + url;
        remote = " --server " + server.uri();
    }

    @AfterAll
    static void end() {
        server.close();
        repository.close();
    }

    @BeforeEach
    void fill() {
        repository.deleteTracesBefore(Fixture.TENANT, Fixture.START.plusSeconds(1_000_000));
        List.of(Fixture.agent(), Fixture.chat(), Fixture.empty()).forEach(repository::storeTrace);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "query",
                "query --json",
                "query --spans",
                "query --spans --json",
                "query --limit 1",
                "query --order oldest_first --limit 2 --json",
                "query --text order --status error",
                "query --order cost --json",
                "query --spans --order duration --json --limit 1",
                "query --where (kind:llm)OR(kind:agent)AND-(model:x*)",
                "query --where {kind:agent}{status:error} --json",
                "query --where severity:high --finding prompt_injection --spans --json",
                "query --provider OpenAI --model gpt-4o --kind llm --tag env=prod --min-score 80 --max-score 80",
                "query --spans --session s-1 --user u-1 --service help-center --min-duration 1s --max-duration 5s",
                "query --finding prompt_injection --min-cost 0.001 --max-cost 1 --operation chat\u00a0gpt-4o",
                "query --since 2026-01-31T09:30:00.123456789Z --until 2026-01-31 ",
                "query --since 2026-01-31T09:30:00.123456789Z --trace " + Fixture.AGENT_ID,
                "export --spans --where kind:llm",
                "export --spans --format csv",
                "export --format csv --status error",
                "show " + Fixture.AGENT_ID,
                "show " + Fixture.AGENT_ID + " --full",
                "show " + Fixture.AGENT_ID + " --json",
                "show " + Fixture.AGENT_ID + " --actions",
                "show " + Fixture.AGENT_ID + " --actions --json",
                "show " + Fixture.AGENT_ID + " --span 0000000000000002",
                "show " + Fixture.CHAT_ID + " --span 0000000000000009 --json",
                "show 000000000000000000000000000000aa",
                "top models",
                "top models --by cost --json",
                "top users --by p95 --limit 1",
                "top sessions --by tokens",
                "top sessions --json",
                "top tools",
                "top tools --json",
                "top findings",
                "top findings --json",
                "top tag.env --status error --json",
                "export",
                "export --status error",
                "query --cursor damaged",
            })
    void reading_isTheSame(String command) {
        CliRun.Result expected = cli.runLine(command.strip() + local);
        CliRun.Result actual = cli.runLine(command.strip() + remote);

        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void retention_isSetAndSaidAlike() {
        assertThat(cli.runLine("retention 36500 --by end" + remote).out())
                .isEqualTo("kept for 36,500 days after their end\n");
        for (String where : List.of(local, remote)) {
            assertThat(cli.runLine("retention" + where).out()).isEqualTo("kept for 36,500 days after their end\n");
            assertThat(cli.runLine("retention --json" + where).out())
                    .isEqualTo("{\"retention_days\":36500,\"retention_by\":\"end\"}\n");
        }
        assertThat(cli.runLine("retention 36400" + remote).out()).isEqualTo("kept for 36,400 days\n");
        assertThat(cli.runLine("retention" + local).out()).isEqualTo("kept for 36,400 days\n");
        assertThat(cli.runLine("retention none --json" + remote).out()).isEqualTo("{\"retention_days\":null}\n");
        assertThat(cli.runLine("retention" + local).out()).isEqualTo("kept until they are deleted\n");
    }

    @Test
    void retention_ofAServer_saysWhatItDeletesAndTheServerDeletesItWithinAMinute() {
        assertThat(cli.runLine("retention 30 --dry-run" + remote))
                .isEqualTo(cli.runLine("retention 30 --dry-run" + local))
                .extracting(CliRun.Result::out)
                .asString()
                .startsWith("would delete 3 traces with 4 spans, ");
        assertThat(cli.runLine("retention 30" + remote).code()).isEqualTo(ExitCode.USAGE);

        CliRun.Result result = cli.runLine("retention 30 --yes" + remote);

        assertThat(result.out()).isEqualTo("kept for 30 days\n");
        assertThat(result.err()).startsWith("3 traces with 4 spans, ");
        await().atMost(Duration.ofMinutes(1))
                .until(() -> cli.runLine("stats" + local).lines().contains("traces        0"));
        assertThat(cli.runLine("retention none" + remote).code()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "36501", "-3", "1.5", "never"})
    void retention_thatIsWrong_isRefused(String days) {
        CliRun.Result result = cli.runLine("retention --yes" + remote + " -- " + days);

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains(days);
    }

    /** Leaves out the size, which changes while the store builds its index in the background. */
    @Test
    void stats_areTheSame() {
        for (String command : List.of("stats", "stats --json")) {
            String bytes = "on disk .*\n|\"storage_size_bytes\":[0-9]+,";
            String expected = cli.runLine(command + local).out().replaceFirst(bytes, "");

            assertThat(cli.runLine(command + remote).out().replaceFirst(bytes, ""))
                    .isEqualTo(expected)
                    .contains("traces");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"show 00000000000000000000000000000001", "show " + Fixture.AGENT_ID + " --span 00000000000000ff"
            })
    void absence_isTheSame(String command) {
        CliRun.Result result = cli.runLine(command + remote);

        assertThat(result.code()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(result.err()).endsWith(" in " + server.uri() + "\n");
    }

    @Test
    void import_overTheServerGivesAnEqualStore() {
        TraceSpan withoutCost = Fixture.chat().spans().get(0).toBuilder()
                .spanId(UUID.randomUUID())
                .kind(SpanKind.LLM)
                .modelName("gpt-4o")
                .promptTokens(7L)
                .estimatedCostUsd(null)
                .build();
        repository.storeSpan(withoutCost);
        String exported = cli.runLine("export" + local).out();
        repository.deleteTracesBefore(Fixture.TENANT, Fixture.START.plusSeconds(1_000_000));
        cli.input = exported + "not json\n";

        CliRun.Result result = cli.runLine("import -" + remote);

        assertThat(result.code()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(result.out()).isEqualTo("imported 3 traces with 5 spans\n");
        assertThat(result.err()).startsWith("-:4: not JSON");
        assertThat(cli.runLine("export" + local).out()).isEqualTo(exported);
    }

    @Test
    void delete_overTheServer() {
        assertThat(cli.runLine("delete --yes --trace " + Fixture.CHAT_ID + remote)
                        .out())
                .isEqualTo("deleted 1 trace from " + server.uri() + "\n");
        assertThat(cli.runLine("delete --yes --trace " + Fixture.CHAT_ID + remote)
                        .code())
                .isEqualTo(ExitCode.NOT_FOUND);
        assertThat(cli.runLine("delete --yes --before 2026-01-31T09:30:00Z" + remote)
                        .out())
                .isEqualTo("deleted 1 trace from " + server.uri() + "\n");
        assertThat(cli.runLine("stats" + local).lines()).contains("traces        1", "spans         3");
    }

    @Test
    void allTenants_isForTheStoreOnly() {
        CliRun.Result result = cli.runLine("stats --all-tenants" + remote);

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).contains("leave out --all-tenants, or use --storage");
    }

    @Test
    void anotherTenant_isRefusedOverTheServer() {
        CliRun.Result result = cli.runLine("stats --tenant 00000000-0000-0000-0000-0000000000ff" + remote);

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("a server determines the tenant");
    }

    @Test
    void doctor_asksTheServer() {
        CliRun.Result result = cli.runLine("doctor" + remote);

        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("ok    server");
    }

    @Test
    void doctor_failsWithoutTheServer() {
        CliRun.Result down = cli.runLine("doctor --server http://127.0.0.1:1");

        assertThat(down.code()).isEqualTo(ExitCode.FAILED);
        assertThat(down.out()).contains("fail  server       cannot reach http://127.0.0.1:1");
    }
}
