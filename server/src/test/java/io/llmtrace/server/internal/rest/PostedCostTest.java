package io.llmtrace.server.internal.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.CostEstimator;
import io.llmtrace.otlp.Prices;
import io.llmtrace.server.RunningServer;
import io.llmtrace.storage.TraceQuery;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostedCostTest {

    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.inMemory();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void store_callsWithoutACost_getAnEstimate() {
        TraceSpan call = call(1).build();
        TraceSpan free = call(2).estimatedCostUsd(0.0).build();
        TraceSpan unknown = call(3).modelName("model-of-nobody").build();
        List<TraceSpan> sent = List.of(unknown, free, call);
        String lines = sent.stream().map(TraceJson::write).collect(Collectors.joining("\n"));
        String trace = TraceJson.write(TraceEvent.ofSpans(sent));
        TraceSpan estimated = new CostEstimator(Prices.builtIn()).estimate(call);
        assertThat(estimated.estimatedCostUsd()).isEqualTo(0.0035);

        assertStores(() -> server.post("/api/v1/spans", RunningServer.NDJSON, lines), unknown, free, estimated);
        assertStores(() -> server.post("/api/v1/traces", RunningServer.JSON, trace), unknown, free, estimated);
        assertStores(
                () -> server.post("/api/v1/spans?estimate_cost=false", RunningServer.NDJSON, lines),
                unknown,
                free,
                call);
        assertStores(
                () -> server.post("/api/v1/traces?estimate_cost=false", RunningServer.JSON, trace),
                unknown,
                free,
                call);
        assertThat(server.post("/api/v1/spans?estimate_cost=0", RunningServer.NDJSON, lines)
                        .status())
                .isEqualTo(400);
    }

    private static void assertStores(Supplier<RunningServer.Answer> post, TraceSpan... spans) {
        server.repository().deleteTrace(RunningServer.TENANT, spans[0].traceId());

        assertThat(post.get().status()).isEqualTo(200);
        assertThat(server.repository()
                        .querySpans(TraceQuery.builder(RunningServer.TENANT).build())
                        .items())
                .containsExactly(spans);
    }

    private static TraceSpan.Builder call(int number) {
        return TraceSpan.builder(
                        RunningServer.TENANT,
                        new UUID(1, 1),
                        Ids.spanIdOf(number),
                        "chat",
                        Instant.parse("2026-03-01T12:00:00Z").plusSeconds(number))
                .kind(SpanKind.LLM)
                .provider(LlmProvider.OPENAI)
                .modelName("gpt-4o")
                .promptTokens(1_000L)
                .completionTokens(100L);
    }
}
