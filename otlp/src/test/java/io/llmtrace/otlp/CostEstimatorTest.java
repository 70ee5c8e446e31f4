package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CostEstimatorTest {

    private static final String CSV = """
            # version: test 1
            OpenAI,m,,,2,8,0.5,3,40
            OpenAI,m,,,1,4,0.25,,,flex
            """;

    @TempDir
    Path folder;

    private CostEstimator estimator;

    @BeforeEach
    void readPrices() throws IOException {
        estimator = new CostEstimator(prices("test.csv", CSV));
    }

    @Test
    void estimate_pricesEachPartLikeASpanFromOtlp_andRecordsThePrices() {
        TraceSpan posted = call().cacheReadTokens(40L)
                .cacheWriteTokens(20L)
                .reasoningTokens(5L)
                .build();
        TraceSpan mapped = SpanMapper.map(
                        Fixtures.request(Fixtures.span(
                                "gen_ai.operation.name", "chat",
                                "gen_ai.provider.name", "openai",
                                "gen_ai.request.model", "m",
                                "gen_ai.usage.input_tokens", 100L,
                                "gen_ai.usage.output_tokens", 10L,
                                "gen_ai.usage.cache_read.input_tokens", 40L,
                                "gen_ai.usage.cache_creation.input_tokens", 20L,
                                "gen_ai.usage.reasoning.output_tokens", 5L)),
                        Fixtures.TENANT,
                        prices("test.csv"))
                .spans()
                .get(0);

        TraceSpan estimated = estimator.estimate(posted);

        assertThat(estimated.estimatedCostUsd()).isEqualTo(0.0004).isEqualTo(mapped.estimatedCostUsd());
        assertThat(estimated.attributes().get("llmtrace.mapping")).isEqualTo(note("test_1"));
        assertThat((String) mapped.attributes().get("llmtrace.mapping"))
                .endsWith(" cost=prices:test_1+" + Prices.builtIn().version());
        assertThat(estimated.toBuilder()
                        .estimatedCostUsd(null)
                        .attributes(posted.attributes())
                        .build())
                .isEqualTo(posted);
    }

    @Test
    void estimate_usesTheTierInTheAttributes() {
        TraceSpan estimated = estimator.estimate(call().attributes(Map.of("openai.response.service_tier", "flex"))
                .build());

        assertThat(estimated.estimatedCostUsd()).isEqualTo(0.00014);
        assertThat((String) estimated.attributes().get("llmtrace.mapping"))
                .contains(" service_tier=openai.response.service_tier cost=prices:test_1");
        assertThat(Remapper.cameByOtlp(estimated)).isFalse();
    }

    @Test
    void estimate_ofASpanWithoutAKind_isMade() {
        assertThat(estimator.estimate(call().kind(SpanKind.OTHER).build()).estimatedCostUsd())
                .isEqualTo(0.00028);
    }

    @Test
    void estimate_spansThatStay() {
        for (TraceSpan span : List.of(
                call().estimatedCostUsd(0.0).build(),
                call().estimatedCostUsd(7.0).build(),
                call().modelName(null).build(),
                call().modelName("not-listed").build(),
                call().promptTokens(null)
                        .completionTokens(null)
                        .totalTokens(110L)
                        .build(),
                call().kind(SpanKind.AGENT).build(),
                call().kind(SpanKind.CHAIN).build(),
                call().kind(SpanKind.TOOL).build(),
                call().attributes(Map.of("llmtrace.mapping", "6 kind=gen_ai.operation.name"))
                        .build(),
                call().attributes(Map.of("otel.scope", Map.of("name", "x"))).build(),
                call().attributes(Map.of("llmtrace.placeholder", true)).build())) {
            assertThat(estimator.estimate(span)).isSameAs(span);
        }
    }

    @Test
    void estimate_ofAnEstimatedSpan_changesNothing() {
        TraceSpan estimated = estimator.estimate(call().build());

        assertThat(estimator.estimate(estimated)).isSameAs(estimated);
    }

    @Test
    void estimate_ofATrace_estimatesEachSpan() {
        TraceSpan call = call().build();
        TraceSpan agent = call().spanId(new UUID(0, 2)).kind(SpanKind.AGENT).build();
        TraceEvent trace = TraceEvent.of(
                call.traceId(), call.tenantId(), Instant.parse("2026-01-01T00:00:00Z"), List.of(agent, call));

        TraceEvent estimated = estimator.estimate(trace);

        assertThat(estimated)
                .isEqualTo(trace.toBuilder()
                        .spans(List.of(estimator.estimate(call), agent))
                        .build());
    }

    @Test
    void remap_estimatesTheCostOfOtherSpansAgain() throws IOException {
        Prices others = prices("other.csv", CSV.replace("test 1", "test 2").replace("2,8,", "20,80,"));
        TraceSpan posted = call().build();
        TraceSpan withCost = call().estimatedCostUsd(0.5).build();

        TraceSpan again = new Remapper(others).remap(estimator.estimate(posted));

        assertThat(again.estimatedCostUsd()).isEqualTo(0.0028);
        assertThat(again.attributes().get("llmtrace.mapping")).isEqualTo(note("test_2"));
        assertThat(again).isEqualTo(new CostEstimator(others).estimate(posted));
        assertThat(new Remapper(others).remap(again)).isEqualTo(again);
        assertThat(new Remapper(others).remap(posted)).isEqualTo(again);
        assertThat(new Remapper(others).remap(withCost)).isSameAs(withCost);
        assertThat(new Remapper(Prices.NONE).remap(again)).isEqualTo(posted);
    }

    @Test
    void encode_anEstimate_isReadBackEqual() {
        TraceSpan estimated = estimator.estimate(call().build());

        assertThat(SpanMapper.map(SpanEncoder.encode(List.of(estimated)), estimated.tenantId(), Prices.builtIn())
                        .spans())
                .containsExactly(estimated);
    }

    private static TraceSpan.Builder call() {
        return TraceSpan.builder(
                        Fixtures.TENANT, new UUID(0, 9), new UUID(0, 1), "chat", Instant.parse("2026-03-01T12:00:00Z"))
                .kind(SpanKind.LLM)
                .provider(LlmProvider.OPENAI)
                .modelName("m")
                .promptTokens(100L)
                .completionTokens(10L);
    }

    private static String note(String version) {
        return Fixtures.mapOne(Fixtures.span("a", "b"))
                        .attributes()
                        .get("llmtrace.mapping")
                        .toString()
                        .split(" ")[0] + " cost=prices:" + version + "+"
                + Prices.builtIn().version();
    }

    private Prices prices(String name) {
        return Prices.read(folder.resolve(name));
    }

    private Prices prices(String name, String csv) throws IOException {
        Files.writeString(folder.resolve(name), csv);
        return prices(name);
    }
}
