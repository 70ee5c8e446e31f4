package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests each command with a SQLite file. */
class CommandsTest {

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

    @Test
    void query_listsTracesNewestFirst() {
        assertThat(cli.runLine("query").lines())
                .containsExactly(
                        "CREATED               TRACE                             NAME           DURATION  SPANS  TOKENS     COST  ERRORS  SCORE  MODEL        INPUT",
                        "2026-01-31T10:29:59Z  0af7651916cd43dd8448eb211c80319c  chat llama       850 ms      1      15       $0                 llama3.1:8b  Grüße 👋\\x00\\x1b[31m red?",
                        "2026-01-31T09:30:00Z  4bf92f3577b34da6a3ce929d0e0e4736  support-agent    4.92 s      3   3,392  $0.0091       1     80  gpt-4o       Where is order 7731?",
                        "2026-01-31T09:29:00Z  000000000000000000000000000000aa                               0");
    }

    @Test
    void query_onATerminalFitsTheWidthAndIsColoured() {
        cli.columns = 90;
        cli.colours = true;

        CliRun.Result result = cli.runLine("query");

        assertThat(result.out()).contains("\u001b[31m1\u001b[0m"); // errors are red
        assertThat(result.lines())
                .allSatisfy(line -> assertThat(Display.width(line.replaceAll("\u001b\\[[0-9;]*m", "")))
                        .isLessThanOrEqualTo(90));
    }

    @Test
    void top_listsWhatCountsMost() {
        assertThat(cli.runLine("top models --by cost").lines())
                .containsExactly(
                        "MODEL        SPANS  ERRORS  TOKENS     COST     P50     P95     P99",
                        "gpt-4o           1           3,392  $0.0091  900 ms  900 ms  900 ms",
                        "llama3.1:8b      1              15       $0  850 ms  850 ms  850 ms",
                        "(none)           2       1                   212 ms  4.92 s  4.92 s");
        assertThat(cli.runLine("top sessions").lines())
                .containsExactly(
                        "LAST                  SESSION  USER  TRACES  SPANS     P50     P95     P99",
                        "2026-01-31T09:30:00Z  s-1      u-1        1      1  4.92 s  4.92 s  4.92 s");
        assertThat(cli.runLine("top tools").lines())
                .containsExactly(
                        "TOOL              TYPE        COUNT  FAILED     RATE",
                        "GET /orders/7731  web_access      1       1  100.0 %");
        assertThat(cli.runLine("top findings").lines())
                .containsExactly(
                        "SEVERITY  FINDING           COUNT  SPANS  LAST",
                        "High      prompt_injection      1      1  2026-01-31T09:30:00Z");
        assertThat(cli.runLine("top tag.env --kind llm --limit 1 --json").out())
                .isEqualTo("{\"data\":[{\"value\":\"prod\",\"spans\":1,\"errors\":0,\"prompt_tokens\":3204,"
                        + "\"completion_tokens\":188,\"total_tokens\":3392,\"cost_usd\":0.0091,"
                        + "\"duration_ms\":{\"p50\":900,\"p95\":900,\"p99\":900}}]}\n");
        assertThat(cli.runLine("top users --model none").err()).isEqualTo("no users match\n");
    }

    @Test
    void top_refusesWhatItDoesNotKnow() {
        CliRun.Result what = cli.runLine("top modles");
        assertThat(what.code()).isEqualTo(ExitCode.USAGE);
        assertThat(what.err())
                .startsWith("llmtrace: no top list of this name, there are [")
                .contains("kinds, providers, models, ")
                .contains(", sessions, tools, findings, tag.KEY]: 'modles'");
        assertThat(cli.runLine("top models --by size").err())
                .startsWith("llmtrace: --by not in [spans, errors, tokens, cost, p50, p95, p99]: 'size'");
        assertThat(cli.runLine("top sessions --by p50").err())
                .startsWith("llmtrace: --by not in [time, spans, errors, tokens, cost]: 'p50'");
        assertThat(cli.runLine("top tools --by cost").err())
                .startsWith("llmtrace: --by does not apply to tools, which are always ordered by their number");
    }

    @Test
    void query_onATerminalWithoutColoursIsPlain() {
        cli.columns = 90;

        assertThat(cli.runLine("query").out()).doesNotContain("\u001b").contains(Fixture.AGENT_ID);
    }

    @Test
    void query_spansWithFilters() {
        assertThat(cli.runLine("query --spans --status error --kind tool").lines())
                .containsExactly(
                        "START                 TRACE                             SPAN              KIND  NAME    DURATION  STATUS  INPUT",
                        "2026-01-31T09:30:01Z  4bf92f3577b34da6a3ce929d0e0e4736  0000000000000003  tool  lookup    212 ms  error   {\"order\":7731}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--model gpt-4o",
                "--provider OpenAI",
                "--operation lookup",
                "--kind agent",
                "--status error",
                "--text ORDER",
                "--trace " + Fixture.AGENT_ID,
                "--session s-1",
                "--user u-1",
                "--service help-center",
                "--tag env=prod",
                "--min-score 80",
                "--finding prompt_injection",
                "--min-duration 1s",
                "--min-cost 0.005",
                "--since 2026-01-31T09:30:00.123456789Z --until 2026-01-31T09:30:00.123456789Z",
                "--kind llm --max-score 80 --max-duration 900ms --max-cost 0.0091",
                "--order oldest_first --limit 1 --since 2026-01-31",
            })
    void query_everyFilterSelects(String filter) {
        CliRun.Result result = cli.runLine("query --json " + filter);

        assertThat(result.code()).isZero();
        assertThat(TraceJson.readTree(result.out().getBytes(StandardCharsets.UTF_8))
                        .path("data"))
                .singleElement()
                .satisfies(trace ->
                        assertThat(trace.path("trace_id").asText()).isEqualTo("4bf92f35-77b3-4da6-a3ce-929d0e0e4736"));
    }

    @Test
    void query_goesOnWithTheCursor() {
        CliRun.Result first = cli.runLine("query --limit 2");
        assertThat(first.lines()).hasSize(3);
        assertThat(first.err()).startsWith("2 of 3 traces; for the next, repeat with --cursor ");
        String cursor = first.err().strip().substring(first.err().lastIndexOf(' ') + 1);

        CliRun.Result second = cli.runLine("query --limit 2 --cursor " + cursor);

        assertThat(second.lines()).hasSize(2);
        assertThat(second.lines().get(1)).contains("000000000000000000000000000000aa");
        assertThat(second.err()).isEmpty();
    }

    @Test
    void query_withoutAnyMatchSaysSoAndEndsWith0() {
        CliRun.Result result = cli.runLine("query --model none");

        assertThat(result).isEqualTo(new CliRun.Result(0, "", "no traces match\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "query --limit 0",
                "query --limit 10001",
                "query --min-score 101",
                "query --since yesterday",
                "query --since 2026-02-01 --until 2026-01-01",
                "query --kind robot",
                "query --cursor damaged",
                "query --text ---",
                "query --nope",
                "show",
                "import",
                "delete --yes",
                "delete --before 1d --trace 4bf92f3577b34da6a3ce929d0e0e4736 --yes",
                "stats --storage mysql:x",
                "stats --storage nothing",
                "stats --config missing.yaml",
                "serve --host 0.0.0.0",
                "serve --port 70000",
                "demo --traces 0",
                "qeury",
            })
    void wrongUsage_endsWith2AndAHint(String line) {
        CliRun.Result result = cli.runLine(line);

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("llmtrace: ").contains("Try 'llmtrace");
    }

    @Test
    void wrongUsage_namesTheFailedExpression() {
        assertThat(cli.runLine("query --limit 0").err()).startsWith("llmtrace: limit <= 0: 0\n");
        assertThat(cli.runLine("stats --storage mysql:x").err())
                .startsWith(
                        "llmtrace: unknown storage scheme 'mysql'; known are clickhouse://USER:PASSWORD@HOST:PORT/DATABASE, memory:, sqlite:FILE");
        assertThat(cli.runLine("serve --host 0.0.0.0").err()).contains("insecure");
        assertThat(cli.runLine("query --since nonsense").err())
                .startsWith("llmtrace: Invalid value for option '--since': ");
        assertThat(cli.runLine("query --start-time=nonsense").err())
                .startsWith("llmtrace: Invalid value for option '--start-time': ");
    }

    @Test
    void show_drawsTheTreeAndWhatWasSaid() {
        assertThat(cli.runLine("show " + Fixture.AGENT_ID).lines())
                .containsExactly(
                        "support-agent  4bf92f3577b34da6a3ce929d0e0e4736",
                        "2026-01-31T09:30:00Z · 4.92 s · 3 spans · 1 model call · 3,392 tokens (3,204 in, 188 out) · $0.0091 · 1 error · 1 finding, score 80",
                        "service help-center · session s-1 · user u-1 · models gpt-4o",
                        "",
                        "SPAN            KIND        AT    TIME     IN  OUT     COST  STATUS                              ID",
                        "support-agent   agent    +0 ms  4.92 s                                                           0000000000000001",
                        "└─ chat gpt-4o  llm     +50 ms  900 ms  3,204  188  $0.0091  score 80                            0000000000000002",
                        "   └─ lookup    tool   +1.00 s  212 ms                       error 504: order service timed out  0000000000000003",
                        "",
                        "chat gpt-4o  llm 0000000000000002",
                        "  user        Where is order 7731?",
                        "  tool call   lookup({\"order\":7731})",
                        "  finding     High prompt_injection 0.97 at messages[1]: asks for the system prompt",
                        "",
                        "lookup  tool 0000000000000003",
                        "  in          {\"order\":7731}",
                        "  web access  GET /orders/7731 → 504 failed",
                        "  error       504 order service timed out");
    }

    @Test
    void show_fullPrintsAllMessages() {
        assertThat(cli.runLine("show " + Fixture.AGENT_ID + " --full").out())
                .contains("\nsystem\n  Be brief.\n", "\nuser\n  Where is order 7731?\n")
                .contains("\nassistant → lookup c1\n  {\"order\":7731}\n")
                .contains("\nerror\n  504 order service timed out\n");
    }

    @Test
    void show_spanPrintsAllFields() {
        assertThat(cli.runLine("show " + Fixture.AGENT_ID + " --span 0000000000000002")
                        .out())
                .contains("start_time            2026-01-31T09:30:00.173456789Z\n")
                .contains("provider              OpenAI\n", "prompt_tokens         3,204\n")
                .contains("\nattributes\n  big = 9007199254740993\n", "  ratio = 1.0\n");
        assertThat(cli.runLine("show " + Fixture.AGENT_ID + " --span 0000000000000003")
                        .out())
                .contains("\nevents\n  2026-01-31T09:30:01.223456789Z  retry  second try  {\"attempt\":2}\n");
    }

    @Test
    void show_neverSendsControlCharactersOfATrace() {
        for (String options : new String[] {"", " --full", " --span 0000000000000009"}) {
            assertThat(cli.runLine("show " + Fixture.CHAT_ID + options).out())
                    .doesNotContain("\u001b", "\u0000")
                    .contains("\\x1b[31m red?", "你好");
        }
    }

    @Test
    void show_jsonIsTheTraceItself() {
        assertThat(TraceJson.readTrace(
                        cli.runLine("show " + Fixture.CHAT_ID + " --json").out()))
                .isEqualTo(Fixture.chat());
        assertThat(TraceJson.readSpan(cli.runLine("show " + Fixture.CHAT_ID + " --span 0000000000000009 --json")
                        .out()))
                .isEqualTo(Fixture.chat().spans().get(0));
    }

    @Test
    void show_actionsListsWhatWasDoneAndAskedFor() {
        String stored = Fixture.storeOf(folder.resolve("actions.db"), Fixture.acting());
        cli.variables.put("LLMTRACE_STORAGE", stored);

        assertThat(cli.runLine("show " + Fixture.ACTING_ID + " --actions").lines())
                .containsExactly(
                        "run  0000000000000000000000000000ac70",
                        "2026-01-31T09:30:00Z · 1.10 s · 2 spans · 1 model call",
                        "",
                        "     AT  ACTION  TYPE               STATE             TIME  ARGUMENTS       ASKED BY          DONE BY",
                        "+900 ms  mail    tool_call          only requested          {\"to\":\"ann\"}    0000000000000001",
                        "+1.10 s  lookup  tool_call          failed          212 ms  {\"order\":7731}  0000000000000001  0000000000000002",
                        "+1.50 s  ls      command_execution  ok                      -l                                0000000000000002");
        assertThat(cli.runLine("show " + Fixture.ACTING_ID + " --actions --json")
                        .out())
                .startsWith("{\"data\":[{\"state\":\"requested\",")
                .contains("\"state\":\"executed\",", "\"executed_by\":\"0000000000000002\"")
                .endsWith("]}\n");
    }

    @Test
    void show_actionsOfATraceWithout_saysSo() {
        assertThat(cli.runLine("show " + Fixture.CHAT_ID + " --actions").lines())
                .endsWith("no actions");
        assertThat(cli.runLine("show " + Fixture.CHAT_ID + " --actions --json").out())
                .isEqualTo("{\"data\":[]}\n");
        assertThat(cli.runLine("show " + Fixture.CHAT_ID + " --actions --full").err())
                .startsWith("llmtrace: --actions lists the actions of the whole trace: leave out --full and --span");
        assertThat(cli.runLine("show 00000000000000000000000000000001 --actions")
                        .code())
                .isEqualTo(ExitCode.NOT_FOUND);
    }

    @Test
    void top_toolsTellWhatWasDoneFromWhatWasAskedFor() {
        cli.variables.put("LLMTRACE_STORAGE", Fixture.storeOf(folder.resolve("actions.db"), Fixture.acting()));

        assertThat(cli.runLine("top tools").lines())
                .containsExactly(
                        "TOOL    TYPE               COUNT  FAILED     RATE  ASKED FOR     P50     P95     P99",
                        "lookup  tool_call              1       1  100.0 %          1  212 ms  212 ms  212 ms",
                        "ls      command_execution      1       0    0.0 %",
                        "mail    tool_call              0       0                   1");
    }

    @Test
    void show_traceWithoutSpans() {
        assertThat(cli.runLine("show 000000000000000000000000000000aa").lines())
                .containsExactly(
                        "trace  000000000000000000000000000000aa", "2026-01-31T09:29:00Z · 0 spans", "no spans");
    }

    @Test
    void show_unknownIdEndsWith3() {
        assertThat(cli.runLine("show 00000000000000000000000000000001"))
                .isEqualTo(new CliRun.Result(
                        3, "", "llmtrace: no trace 00000000-0000-0000-0000-000000000001 in " + url + "\n"));
        assertThat(cli.runLine("show " + Fixture.AGENT_ID + " --span 00000000000000ff")
                        .code())
                .isEqualTo(ExitCode.NOT_FOUND);
        assertThat(cli.runLine("delete --trace 00000000000000000000000000000001 --yes")
                        .code())
                .isEqualTo(ExitCode.NOT_FOUND);
    }

    @Test
    void stats_countExactly() {
        assertThat(cli.runLine("stats").lines())
                .contains(
                        "traces        3",
                        "spans         4",
                        "oldest trace  2026-01-31T09:29:00Z",
                        "newest trace  2026-01-31T10:29:59Z");
        assertThat(cli.runLine("stats --json").out())
                .contains(
                        "\"total_traces\":3,\"total_spans\":4,", "\"oldest_trace\":\"2026-01-31T09:29:00.123456789Z\"");
        assertThat(cli.runLine("stats --all-tenants").lines()).contains("tenants       1", "traces        3");
    }

    @Test
    void stats_ofAnotherTenantAreEmpty() {
        assertThat(cli.runLine("stats --tenant 00000000-0000-0000-0000-0000000000ff")
                        .lines())
                .contains("traces        0", "oldest trace  -");
    }

    @Test
    void reading_neverCreatesAStore() {
        Path missing = folder.resolve("none/traces.db");

        for (String command : new String[] {
            "query", "stats", "export", "show " + Fixture.AGENT_ID, "doctor --otlp-ports false --port 0"
        }) {
            CliRun.Result result = cli.runLine(command + " --storage sqlite:" + missing);
            if (!command.startsWith("doctor")) {
                assertThat(result.code()).isEqualTo(ExitCode.FAILED);
                assertThat(result.err()).startsWith("llmtrace: no store at " + missing);
            }
            assertThat(missing.getParent()).doesNotExist();
        }
    }

    @Test
    void reading_worksBesideAWriter() {
        try (TraceRepository writer = TraceRepositories.open(url)) {
            assertThat(cli.runLine("stats").lines()).contains("traces        3");
            assertThat(writer.deleteTrace(Fixture.TENANT, Fixture.agent().traceId()))
                    .isTrue();
            assertThat(cli.runLine("stats").lines()).contains("traces        2");

            CliRun.Result delete = cli.runLine("delete --before 1d --yes");
            assertThat(delete.code()).isEqualTo(ExitCode.FAILED);
            assertThat(delete.err()).contains("is open for writing");
        }
    }

    @Test
    void export_thenImportGivesAnEqualStore() {
        CliRun.Result export = cli.runLine("export");
        assertThat(export.lines()).hasSize(3);
        cli.input = export.out();

        CliRun.Result imported = cli.runLine("import - --storage sqlite:" + folder.resolve("copy.db"));

        assertThat(imported).isEqualTo(new CliRun.Result(0, "imported 3 traces with 4 spans\n", ""));
        assertThat(cli.runLine("export --storage sqlite:" + folder.resolve("copy.db"))
                        .out())
                .isEqualTo(export.out());
        try (TraceRepository copy = TraceRepositories.open("sqlite:" + folder.resolve("copy.db"))) {
            for (TraceEvent trace : Set.of(Fixture.agent(), Fixture.chat(), Fixture.empty())) {
                assertThat(copy.getTrace(Fixture.TENANT, trace.traceId())).contains(trace);
            }
        }
    }

    @Test
    void import_againChangesNothing() {
        cli.input = cli.runLine("export").out();

        assertThat(cli.runLine("import -").code()).isZero();
        assertThat(cli.runLine("export").out()).isEqualTo(cli.input);
    }

    @Test
    void export_toAFileIsCompressedByItsNameAndWholeWhenItAppears() throws IOException {
        String plain = cli.runLine("export").out();

        CliRun.Result result = cli.run("export", "--output", "out.ndjson.gz");

        assertThat(result.out()).isEmpty();
        assertThat(result.err()).isEqualTo("exported 3 traces with 4 spans to out.ndjson.gz\n");
        byte[] bytes = Files.readAllBytes(folder.resolve("out.ndjson.gz"));
        assertThat(new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(plain);
        assertThat(folder.resolve("out.ndjson.gz.part")).doesNotExist();
        assertThat(cli.runLine("import out.ndjson.gz").out()).isEqualTo("imported 3 traces with 4 spans\n");
    }

    @Test
    void export_filters() {
        assertThat(cli.runLine("export --status error").lines())
                .singleElement()
                .satisfies(line -> assertThat(TraceJson.readTrace(line)).isEqualTo(Fixture.agent()));
    }

    @Test
    void import_rejectsBadLinesByNumberAndKeepsTheGoodOnes() throws IOException {
        String span = "{\"trace_id\":\"00000000000000000000000000000bad\",\"span_id\":\"00000000000000b1\","
                + "\"operation_name\":\"good\",\"start_time\":\"2026-01-31T09:30:00Z\"}";
        Files.writeString(
                folder.resolve("mixed.ndjson"),
                String.join(
                        "\n",
                        span,
                        "not json",
                        "",
                        "{\"trace_id\":\"00000000000000000000000000000bad\",\"spans\":[]}",
                        span.replace("good", "bad").replace("}", ",\"prompt_tokens\":-5}"),
                        span.replace("b1", "b2"),
                        span.replace("}", ",\"tenant_id\":\"00000000-0000-0000-0000-0000000000ff\"}"),
                        "[]"));

        CliRun.Result result = cli.runLine("import mixed.ndjson");

        assertThat(result.code()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(result.out()).isEqualTo("imported 2 traces with 2 spans\n");
        assertThat(result.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("mixed.ndjson:2: not JSON at line 1"),
                        line -> assertThat(line)
                                .startsWith("mixed.ndjson:4: created_at missing on a trace without spans"),
                        line -> assertThat(line).isEqualTo("mixed.ndjson:5: prompt_tokens < 0: -5"),
                        line -> assertThat(line)
                                .isEqualTo("mixed.ndjson:7: tenant_id: not the tenant of this request; leave it out"),
                        line -> assertThat(line)
                                .isEqualTo("mixed.ndjson:8: expected a trace as a JSON object, got array"),
                        line -> assertThat(line).isEqualTo("5 lines rejected; all others are stored"));
        assertThat(cli.runLine("show 00000000000000000000000000000bad --json").out())
                .contains("00000000000000b1", "00000000000000b2");
    }

    @Test
    void import_ofAMissingFileStoresNothing() {
        CliRun.Result result = cli.runLine("import nothing.ndjson");

        assertThat(result).isEqualTo(new CliRun.Result(1, "", "llmtrace: cannot read nothing.ndjson: no such file\n"));
    }

    @Test
    void import_jsonReportsTheRejections() {
        cli.input = "x\n";

        assertThat(cli.runLine("import --json -").out())
                .startsWith(
                        "{\"traces\":0,\"spans\":0,\"rejected_lines\":1,\"rejections\":[{\"file\":\"-\",\"line\":1,");
    }

    @Test
    void import_showsProgressOnATerminalOnly() {
        cli.columns = 80;
        StringBuilder lines = new StringBuilder();
        for (int i = 1; i <= 1_200; i++) {
            lines.append(String.format(
                    "{\"trace_id\":\"%032x\",\"created_at\":\"2026-01-31T09:30:00Z\",\"spans\":[{\"span_id\":\"%016x\","
                            + "\"operation_name\":\"x\",\"start_time\":\"2026-01-31T09:30:00Z\"}]}%n",
                    i, i));
        }
        cli.input = lines.toString();

        CliRun.Result result = cli.runLine("import -");

        assertThat(result.out()).isEqualTo("imported 1,200 traces with 1,200 spans\n");
        assertThat(result.err())
                .contains("\r\u001b[Kimported 500 traces, 500 spans")
                .endsWith("\r\u001b[K");
    }

    @Test
    void delete_needsYesWhereNobodyCanAnswer() {
        CliRun.Result result = cli.runLine("delete --before 1d");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("add --yes");
        assertThat(cli.runLine("stats").lines()).contains("traces        3");
    }

    @Test
    void delete_asksAPerson() {
        cli.interactive = true;
        cli.input = "n\n";
        CliRun.Result refused = cli.runLine("delete --before 2026-01-31T10:00:00Z");
        assertThat(refused)
                .isEqualTo(new CliRun.Result(
                        0,
                        "",
                        "Delete all traces created before 2026-01-31T10:00:00Z from " + url
                                + ", which holds 3 traces? [y/N] nothing was deleted\n"));

        cli.input = "y\n";
        CliRun.Result done = cli.runLine("delete --before 2026-01-31T10:00:00Z");

        assertThat(done.out()).isEqualTo("deleted 2 traces from " + url + "\n");
        assertThat(cli.runLine("stats").lines()).contains("traces        1");
    }

    @Test
    void delete_oneTrace() {
        assertThat(cli.runLine("delete --yes --json --trace " + Fixture.CHAT_ID).out())
                .isEqualTo("{\"deleted\":1}\n");
        assertThat(cli.runLine("show " + Fixture.CHAT_ID).code()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(cli.runLine("show " + Fixture.AGENT_ID).code()).isZero();
    }

    @Test
    void delete_inAStoreThatIsNotThereFails() {
        Path missing = folder.resolve("missing.db");

        assertThat(cli.runLine("delete --before 1d --yes --storage sqlite:" + missing)
                        .code())
                .isEqualTo(ExitCode.FAILED);
        assertThat(missing).doesNotExist();
    }

    private static final String OLDER_THAN_30_DAYS = "3 traces with 4 spans, created from 2026-01-31T09:29:00Z to"
            + " 2026-01-31T10:29:59Z, are older than 30 days, counted from their ";

    @Test
    void retention_saysWhatItWouldDelete() {
        for (String by : List.of("", " --by start", " --by end")) {
            assertThat(cli.runLine("retention 30 --dry-run" + by))
                    .isEqualTo(new CliRun.Result(
                            0,
                            "would delete 3 traces with 4 spans, created from 2026-01-31T09:29:00Z to 2026-01-31T10:29:59Z\n",
                            ""));
        }
        assertThat(cli.runLine("retention 30 --dry-run --json").out())
                .isEqualTo("{\"traces\":3,\"spans\":4,\"oldest_trace\":\"2026-01-31T09:29:00.123456789Z\","
                        + "\"newest_trace\":\"2026-01-31T10:29:59.123456789Z\"}\n");
        assertThat(cli.runLine("retention 36500 --dry-run").out()).isEqualTo("would delete no traces\n");
        assertThat(cli.runLine("retention none --dry-run").out()).isEqualTo("would delete no traces\n");
        assertThat(cli.runLine("retention \u0663\u0660 --dry-run").err())
                .contains("neither a number of days nor 'none'");
        assertThat(cli.runLine("retention").out()).isEqualTo("kept until they are deleted\n");
        assertThat(cli.runLine("stats").lines()).contains("traces        3");
    }

    @Test
    void retention_countsFromTheEndWhereToldSo() {
        try (TraceRepository repository = TraceRepositories.open(url)) {
            repository.storeSpan(Fixture.chat().spans().get(0).toBuilder()
                    .spanId(UUID.randomUUID())
                    .startTime(Instant.now())
                    .endTime(null)
                    .durationMs(null)
                    .build());
        }

        assertThat(cli.runLine("retention 30 --by end --dry-run").out())
                .isEqualTo(
                        "would delete 2 traces with 3 spans, created from 2026-01-31T09:29:00Z to 2026-01-31T09:30:00Z\n");
        assertThat(cli.runLine("retention 30 --by end --yes").out()).isEqualTo("kept for 30 days after their end\n");
        assertThat(cli.runLine("retention").out()).isEqualTo("kept for 30 days after their end\n");
        assertThat(cli.runLine("retention --json").out())
                .isEqualTo("{\"retention_days\":30,\"retention_by\":\"end\"}\n");
        assertThat(cli.runLine("stats").lines()).contains("traces        1", "spans         2");
        assertThat(cli.runLine("retention 30 --dry-run").out()).startsWith("would delete 1 trace with 2 spans");
    }

    @Test
    void retention_needsYesWhereTracesWouldBeDeletedAndNobodyCanAnswer() {
        CliRun.Result result = cli.runLine("retention 30");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err())
                .startsWith("llmtrace: " + OLDER_THAN_30_DAYS
                        + "start: retention asks before it deletes them, and nobody" + " can answer here: add --yes");
        assertThat(cli.runLine("retention").out()).isEqualTo("kept until they are deleted\n");
        assertThat(cli.runLine("stats").lines()).contains("traces        3");

        assertThat(cli.runLine("retention 36500")).isEqualTo(new CliRun.Result(0, "kept for 36,500 days\n", ""));
    }

    @Test
    void retention_asksAPerson() {
        String question = OLDER_THAN_30_DAYS + "end\nDelete these from " + url
                + ", and keep traces for 30 days from now on? [y/N] ";
        cli.interactive = true;
        cli.input = "n\n";

        CliRun.Result refused = cli.runLine("retention 30 --by end");

        assertThat(refused).isEqualTo(new CliRun.Result(0, "", question + "nothing was changed\n"));
        assertThat(cli.runLine("retention").out()).isEqualTo("kept until they are deleted\n");
        assertThat(cli.runLine("stats").lines()).contains("traces        3");

        cli.input = "y\n";
        CliRun.Result done = cli.runLine("retention 30 --by end");

        assertThat(done).isEqualTo(new CliRun.Result(0, "kept for 30 days after their end\n", question));
        assertThat(cli.runLine("stats").lines()).contains("traces        0");
    }

    @Test
    void retention_withYesSaysWhatItDeletes() {
        assertThat(cli.runLine("retention 30 --yes"))
                .isEqualTo(new CliRun.Result(0, "kept for 30 days\n", OLDER_THAN_30_DAYS + "start\n"));
        assertThat(cli.runLine("stats").lines()).contains("traces        0");
        assertThat(cli.runLine("retention none")).isEqualTo(new CliRun.Result(0, "kept until they are deleted\n", ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "retention --yes",
                "retention --dry-run",
                "retention --by end",
                "retention none --by end",
                "retention 30 --by last",
            })
    void retention_withOptionsThatDoNotFit_isRefused(String line) {
        CliRun.Result result = cli.runLine(line);

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.out()).isEmpty();
        assertThat(cli.runLine("retention").out()).isEqualTo("kept until they are deleted\n");
    }

    @Test
    void retention_besideAWriterSaysSoButCanBeTried() {
        try (TraceRepository writer = TraceRepositories.open(url)) {
            assertThat(writer.stats(Fixture.TENANT).totalTraces()).isEqualTo(3);
            assertThat(cli.runLine("retention 30 --dry-run").out()).startsWith("would delete 3 traces");

            CliRun.Result result = cli.runLine("retention 30 --yes");

            assertThat(result.code()).isEqualTo(ExitCode.FAILED);
            assertThat(result.err()).contains("is open for writing");
        }
    }

    @Test
    void migrate_saysFromWhichVersionToWhich() {
        String current = cli.runLine("migrate").out();
        assertThat(current).startsWith(url + " has schema version ").endsWith(" already: nothing to do\n");

        String fresh = "sqlite:" + folder.resolve("new/fresh.db");
        assertThat(cli.runLine("migrate --storage " + fresh).out())
                .startsWith(fresh + " was created with schema version ");
    }

    @Test
    void aFileThatIsNoDatabase_isAnErrorOfTheStore() throws IOException {
        Path file =
                Files.writeString(folder.resolve("text.db"), "this is no database, but it is long enough to be one");

        CliRun.Result result = cli.runLine("stats --storage sqlite:" + file);

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).contains(file.toString());
    }
}
