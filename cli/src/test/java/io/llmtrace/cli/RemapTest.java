package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemapTest {

    private static final UUID TENANT = TenantResolver.DEFAULT_TENANT;
    private static final UUID TRACE = UUID.fromString("00000000-0000-0000-0000-0000000000aa");
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    Path folder;

    private CliRun cli;
    private String storage;

    @BeforeEach
    void prepare() {
        cli = new CliRun(folder);
        storage = "sqlite:" + folder.resolve("traces.db");
        try (TraceRepository repository = TraceRepositories.open(storage)) {
            repository.storeSpans(List.of(old(1, START), old(2, START.plusSeconds(3600)), ofApplication(3), agent(4)));
        }
    }

    @Test
    void remap_fillsWhatIsUnderstoodNow_andOnlyOnce() {
        CliRun.Result dry = cli.runLine("remap --dry-run --storage " + storage);
        assertThat(span(1).modelName()).isNull();

        CliRun.Result first = cli.runLine("remap --storage " + storage);
        CliRun.Result second = cli.runLine("remap --storage " + storage);

        String changes = " 2 of 4 spans in " + storage + """

                FIELD               SPANS  SUM BEFORE    AFTER
                attributes              2
                completion_tokens       2          30      230
                estimated_cost_usd      2     $0.5000  $0.5070
                model_name              2
                prompt                  2
                prompt_tokens           2         700    2,700
                provider                2
                total_tokens            2         730    2,930
                """;
        assertThat(dry).isEqualTo(new CliRun.Result(0, "would change" + changes, ""));
        assertThat(first).isEqualTo(new CliRun.Result(0, "changed" + changes, ""));
        assertThat(second).isEqualTo(new CliRun.Result(0, "changed 0 of 4 spans in " + storage + "\n", ""));
        assertThat(span(1).modelName()).isEqualTo("gpt-4o");
        assertThat(span(1).promptTokens()).isEqualTo(1000);
        assertThat(span(1).estimatedCostUsd()).isEqualTo(0.0035);
        assertThat(span(3)).isEqualTo(ofApplication(3));
    }

    @Test
    void remap_ofATime_leavesTheOthers() {
        CliRun.Result result = cli.runLine("remap --json --since 2026-03-01T12:30:00Z --storage " + storage);

        assertThat(result.out())
                .startsWith("{\"dry_run\":false,\"spans\":1,\"changed\":1,\"failed\":0,\"fields\":{\"attributes\":1,")
                .endsWith(",\"sums\":{\"prompt_tokens\":{\"before\":0,\"after\":1000},"
                        + "\"completion_tokens\":{\"before\":0,\"after\":100},\"total_tokens\":{\"before\":0,\"after\":1100},"
                        + "\"cache_read_tokens\":{\"before\":0,\"after\":0},\"cache_write_tokens\":{\"before\":0,\"after\":0},"
                        + "\"reasoning_tokens\":{\"before\":0,\"after\":0},"
                        + "\"estimated_cost_usd\":{\"before\":0.0,\"after\":0.0035}}}\n");
        assertThat(span(1).modelName()).isNull();
        assertThat(span(2).modelName()).isEqualTo("gpt-4o");
    }

    @Test
    void remap_withOtherPrices_estimatesAnew() throws IOException {
        cli.runLine("remap --storage " + storage);
        Path prices = Files.writeString(folder.resolve("own.csv"), "# version: own\nOpenAI,gpt-4o,,,1000000,0,,,\n");

        CliRun.Result result = cli.runLine("remap --prices " + prices + " --storage " + storage);

        assertThat(result.out()).isEqualTo("changed 2 of 4 spans in " + storage + """

                FIELD               SPANS  SUM BEFORE      AFTER
                attributes              2
                estimated_cost_usd      2     $0.5070  $2,000.50
                """);
        assertThat(span(1).estimatedCostUsd()).isEqualTo(1000.0);
    }

    @Test
    void remap_masksAgain() {
        cli.variables.put("LLMTRACE_REDACT", "email");

        cli.runLine("remap --storage " + storage);

        assertThat(span(1).prompt()).contains("Write to").doesNotContain("a@example.org");
        assertThat(cli.runLine("remap --storage " + storage).out()).startsWith("changed 0 of 4");
    }

    @Test
    void remap_wrongPrices_nameTheLine() throws IOException {
        Path prices = Files.writeString(folder.resolve("own.csv"), "# version: own\nOpenAI\n");

        CliRun.Result result = cli.runLine("remap --prices " + prices + " --storage " + storage);

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .startsWith("llmtrace: prices: " + prices + ", line 2: expected 9 to 16 columns, got 1: '" + prices
                        + "' (from --prices)");
    }

    /** Returns the span as it was stored by an older version, which did not know the convention. */
    private static TraceSpan old(long id, Instant start) {
        return TraceSpan.builder(TENANT, TRACE, new UUID(0, id), "openai.chat", start)
                .kind(SpanKind.LLM)
                .attributes(Map.of(
                        "llm.request.type", "chat",
                        "gen_ai.system", "openai",
                        "gen_ai.request.model", "gpt-4o",
                        "gen_ai.prompt.0.role", "user",
                        "gen_ai.prompt.0.content", "Write to a@example.org",
                        "gen_ai.usage.prompt_tokens", 1000L,
                        "gen_ai.usage.completion_tokens", 100L,
                        "otel.scope", Map.of("name", "opentelemetry.instrumentation.openai")))
                .build();
    }

    /** Returns a span that an application stored directly, without OTLP. */
    private static TraceSpan ofApplication(long id) {
        return TraceSpan.builder(TENANT, TRACE, new UUID(0, id), "mine", START)
                .kind(SpanKind.LLM)
                .attributes(Map.of("gen_ai.request.model", "gpt-4o"))
                .promptTokens(700L)
                .completionTokens(30L)
                .estimatedCostUsd(0.5)
                .build();
    }

    /** Returns the span of an agent, which repeats the tokens of its calls. */
    private static TraceSpan agent(long id) {
        return TraceSpan.builder(TENANT, TRACE, new UUID(0, id), "agent", START)
                .kind(SpanKind.AGENT)
                .promptTokens(9_000L)
                .estimatedCostUsd(9.0)
                .build();
    }

    private TraceSpan span(long id) {
        try (TraceRepository repository = TraceRepositories.open(storage)) {
            List<TraceSpan> spans = new ArrayList<>(
                    repository.getTrace(TENANT, TRACE).orElseThrow().spans());
            spans.removeIf(span -> !span.spanId().equals(new UUID(0, id)));
            return spans.get(0);
        }
    }
}
