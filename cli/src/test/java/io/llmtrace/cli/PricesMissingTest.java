package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PricesMissingTest {

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
    }

    @Test
    void missing_listsModelsWithTokensAndWithoutCost_mostTokensFirst() {
        store(
                span(1, SpanKind.LLM, "own-model", 100L, 20L, null),
                span(2, SpanKind.LLM, "own-model", null, 5L, null),
                span(3, SpanKind.EMBEDDING, "own-embedder", 1_000L, null, null),
                span(4, SpanKind.LLM, null, 7L, 1L, null),
                span(5, SpanKind.LLM, "gpt-4o", 100L, 20L, 0.001),
                span(6, SpanKind.LLM, "free-model", 100L, 20L, 0.0),
                span(7, SpanKind.LLM, "failed-model", null, null, null),
                span(8, SpanKind.AGENT, "own-agent-model", 100L, 20L, null));

        assertThat(cli.runLine("prices missing --storage " + storage).lines())
                .containsExactly(
                        "MODEL         SPANS  TOKENS",
                        "own-embedder      1   1,000",
                        "own-model         2     125",
                        "(none)            1       8");
        assertThat(cli.runLine("prices missing --json --kind llm --storage " + storage)
                        .out())
                .isEqualTo("{\"data\":[{\"model\":\"own-model\",\"spans\":2,\"tokens\":125},"
                        + "{\"spans\":1,\"tokens\":8}]}\n");
    }

    @Test
    void missing_ifEveryCallHasACost_saysSo() {
        store(span(1, SpanKind.LLM, "gpt-4o", 100L, 20L, 0.001));

        assertThat(cli.runLine("prices missing --storage " + storage))
                .isEqualTo(new CliRun.Result(0, "", "every call with tokens has a cost\n"));
    }

    private void store(TraceSpan... spans) {
        try (TraceRepository repository = TraceRepositories.open(storage)) {
            repository.storeSpans(List.of(spans));
        }
    }

    private static TraceSpan span(
            long id,
            SpanKind kind,
            @Nullable String model,
            @Nullable Long input,
            @Nullable Long output,
            @Nullable Double cost) {
        return TraceSpan.builder(TenantResolver.DEFAULT_TENANT, TRACE, Ids.spanIdOf(id), "call", START)
                .kind(kind)
                .modelName(model)
                .promptTokens(input)
                .completionTokens(output)
                .estimatedCostUsd(cost)
                .build();
    }
}
