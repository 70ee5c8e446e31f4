package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.UnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text by others in traces, answers and files must not control the terminal, nor pass for lines of llmtrace. */
class TerminalSafetyTest {

    /** Changes the title, clears the screen, overwrites the line, forges one, and reverses and isolates text. */
    private static final String EVIL =
            "x\u001b]0;title\u0007\u001b[2J\b\r\u009b31m\u0085\u2028\u2029\u202e\u2066\u200f\u061c\u007f"
                    + "\nFORGED line\r\nFORGED again";

    private static final Pattern UNSAFE =
            Pattern.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]");

    private static final String TRACE_ID = "000000000000000000000000000000e1";

    @TempDir
    Path folder;

    private CliRun cli;

    @BeforeEach
    void store() {
        cli = new CliRun(folder);
        cli.variables.put("LLMTRACE_STORAGE", Fixture.storeOf(folder.resolve("t.db"), evil()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "query",
                "query --spans",
                "show " + TRACE_ID,
                "show " + TRACE_ID + " --full",
                "show " + TRACE_ID + " --actions",
                "show " + TRACE_ID + " --span 0000000000000001",
                "show " + TRACE_ID + " --span 0000000000000002",
                "top models",
                "top providers",
                "top users",
                "top sessions",
                "top services",
                "top operations",
                "top tools",
                "top findings",
                "top tag.key",
                "query --json",
                "query --spans --json",
                "show " + TRACE_ID + " --json",
                "show " + TRACE_ID + " --actions --json",
                "top models --json",
                "export",
            })
    void traces_areSafeOnATerminal(String command) {
        cli.columns = 200;

        CliRun.Result result = cli.runLine(command);

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).isNotEmpty();
        requireSafe(result.out());
        requireSafe(result.err().replace("\r\u001b[K", "")); // clears the line of progress
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "query --json",
                "query --spans --json",
                "show " + TRACE_ID + " --json",
                "show " + TRACE_ID + " --span 0000000000000001 --json",
                "export",
            })
    void json_isExactForPrograms_andMeansTheSameOnATerminal(String command) throws IOException {
        CliRun.Result exact = cli.runLine(command);
        cli.columns = 200;
        CliRun.Result onTerminal = cli.runLine(command);

        assertThat(exact.out()).contains("\u009b31m\u0085\u2028");
        assertThat(onTerminal.out()).isNotEqualTo(exact.out());
        assertThat(tree(onTerminal)).isEqualTo(tree(exact));
    }

    @Test
    void export_toAFileIsExact() throws IOException {
        cli.columns = 200;
        cli.runLine("export --output out.ndjson");

        assertThat(TraceJson.readTrace(Files.readString(folder.resolve("out.ndjson"))))
                .isEqualTo(evil());
    }

    @Test
    void failure_ofTheStoreIsSafe() {
        cli.stores = url -> {
            throw new UnavailableException(EVIL);
        };

        CliRun.Result result = cli.runLine("stats");

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        requireSafe(result.err());
    }

    @Test
    void bug_isReportedSafely() {
        cli.stores = url -> {
            throw new IllegalStateException(EVIL);
        };

        requireSafe(cli.runLine("stats").err().replace("\t", "  "));
    }

    @Test
    void rejections_areSafe() throws IOException {
        Files.writeString(folder.resolve("evil\u001b[2J.ndjson"), "\u001b[31m\u009b\u202e\n");

        CliRun.Result result = cli.run("import", "evil\u001b[2J.ndjson");

        assertThat(result.code()).isEqualTo(ExitCode.INCOMPLETE);
        requireSafe(result.err());
    }

    @Test
    void deadLetters_areSafe() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.writeString(
                data.resolve("dead-letters.ndjson"),
                TraceJson.write(Map.of(
                                "at",
                                "2026-01-31T09:30:00Z",
                                "tenant_id",
                                EVIL,
                                "reason",
                                EVIL,
                                "kind",
                                "spans",
                                "items",
                                List.of()))
                        + "\n");

        CliRun.Result result = cli.runLine("deadletter list");

        assertThat(result.out()).contains("title");
        requireSafe(result.out());
    }

    private static void requireSafe(String output) {
        assertThat(UNSAFE.matcher(output)
                        .results()
                        .map(found -> Integer.toHexString(found.group().charAt(0))))
                .as(output)
                .isEmpty();
        assertThat(output.lines().filter(line -> line.startsWith("FORGED"))).isEmpty();
    }

    private static JsonNode tree(CliRun.Result result) {
        return TraceJson.readTree(result.out().getBytes(StandardCharsets.UTF_8));
    }

    private static TraceEvent evil() {
        UUID trace = Ids.parseTraceId(TRACE_ID);
        String messages = TraceJson.write(
                List.of(Map.of("role", EVIL, "parts", List.of(Map.of("type", "text", "content", EVIL)))));
        String call = TraceJson.write(List.of(Map.of(
                "role",
                "assistant",
                "parts",
                List.of(Map.of("type", "tool_call", "id", EVIL, "name", EVIL, "arguments", Map.of(EVIL, EVIL))))));
        TraceSpan model = TraceSpan.builder(Fixture.TENANT, trace, Ids.spanIdOf(1), EVIL, Fixture.START)
                .kind(SpanKind.LLM)
                .endTime(Fixture.START.plusMillis(850))
                .provider(new LlmProvider(EVIL))
                .modelName(EVIL)
                .serviceName(EVIL)
                .sessionId(EVIL)
                .userId(EVIL)
                .traceName(EVIL)
                .agentName(EVIL)
                .environment(EVIL)
                .prompt(messages)
                .response(call)
                .estimatedCostUsd(1.0)
                .errorMessage(EVIL)
                .statusCode(500)
                .tags(Map.of("key", EVIL, EVIL, "value"))
                .attributes(Map.of("a", EVIL, EVIL, List.of(EVIL)))
                .events(List.of(SpanEvent.builder(EVIL, Fixture.START)
                        .id(new UUID(0, 0xe1))
                        .description(EVIL)
                        .data(Map.of(EVIL, EVIL))
                        .build()))
                .securityFindings(List.of(SecurityFinding.builder(Severity.HIGH, EVIL, Fixture.START)
                        .id(new UUID(0, 0xf1))
                        .description(EVIL)
                        .confidenceScore(0.9)
                        .location(EVIL)
                        .metadata(Map.of(EVIL, EVIL))
                        .build()))
                .build();
        TraceSpan tool = TraceSpan.builder(Fixture.TENANT, trace, Ids.spanIdOf(2), EVIL, Fixture.START.plusMillis(1))
                .parentSpanId(Ids.spanIdOf(1))
                .kind(SpanKind.TOOL)
                .prompt(EVIL)
                .response(EVIL)
                .agentActions(List.of(AgentAction.builder(AgentActionType.TOOL_CALL, EVIL, Fixture.START)
                        .id(new UUID(0, 0xa1))
                        .arguments(EVIL)
                        .result(EVIL)
                        .metadata(Map.of("tool_call_id", EVIL))
                        .build()))
                .build();
        return TraceEvent.ofSpans(List.of(model, tool));
    }
}
