package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.testkit.RandomTraces;
import io.llmtrace.testkit.Seeds;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RemapperTest {

    private final Remapper remapper = new Remapper(Prices.NONE);

    @Test
    void remap_ofMapped_changesNothing() {
        Seeds.run(500, seed -> {
            TraceSpan span = SpanMapper.map(new RandomRequests(seed).request(), Fixtures.TENANT, Prices.NONE)
                    .spans()
                    .get(0);

            assertThat(remapper.remap(span)).isEqualTo(span);
        });
    }

    @Test
    void remap_ofWhatEarlierVersionsStored_fillsTheFields() {
        TraceSpan now = Fixtures.mapSample("openllmetry-traces.json");
        Map<String, Object> attributes = new LinkedHashMap<>(now.attributes());
        attributes.remove("llmtrace.mapping");
        TraceSpan before = TraceSpan.builder(
                        now.tenantId(), now.traceId(), now.spanId(), now.operationName(), now.startTime())
                .kind(SpanKind.LLM)
                .endTime(now.endTime())
                .parentSpanId(now.parentSpanId())
                .attributes(attributes)
                .build();

        TraceSpan again = new Remapper(Prices.builtIn()).remap(before);

        assertThat(again).isEqualTo(now);
        assertThat(new Remapper(Prices.builtIn()).remap(again)).isEqualTo(again);
    }

    @Test
    void remap_resolvesReferencesAndKeepsThemShort() {
        String text = "x".repeat(400);
        TraceSpan span = Fixtures.mapOne(Fixtures.span("input.value", text));

        assertThat(span.attributes().get("input.value")).isEqualTo(Map.of("$ref", "prompt"));
        assertThat(remapper.remap(span)).isEqualTo(span);
    }

    @Test
    void remap_referenceToARedactedPrompt_staysWithoutOne() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span("input.value", "x".repeat(400))).toBuilder()
                .prompt(null)
                .build();

        TraceSpan again = remapper.remap(span);

        assertThat(again.prompt()).isNull();
        assertThat(again.attributes().get("input.value")).isEqualTo(Map.of("$ref", "prompt"));
        assertThat(remapper.remap(again)).isEqualTo(again);
    }

    @Test
    void remap_fieldsThatTheSpanSaidItself_stay() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span(
                "gen_ai.operation.name", "chat",
                "gen_ai.request.model", "a",
                "gen_ai.usage.input_tokens", 3L,
                "llmtrace.model_name", "b",
                "llmtrace.absent", Fixtures.array("prompt_tokens")));

        assertThat(span.modelName()).isEqualTo("b");
        assertThat(span.promptTokens()).isNull();
        assertThat(remapper.remap(span)).isEqualTo(span);
    }

    @Test
    void remap_fieldsThatTheSpanSaidItselfTwice_stay() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span(
                "llmtrace.tags", "{\"a\":\"1\"}",
                "llmtrace.tags", "{\"a\":\"2\"}",
                "llmtrace.absent", "prompt",
                "llmtrace.absent", "nothing"));

        assertThat(span.tags()).isEqualTo(Map.of("a", "2"));
        assertThat(remapper.remap(span)).isEqualTo(span);
    }

    @Test
    void remap_findings_stay() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span("input.value", "a"));
        TraceSpan found = span.toBuilder()
                .addSecurityFinding(SecurityFinding.of(Severity.HIGH, "pii", "an address", span.startTime()))
                .build();

        assertThat(remapper.remap(found)).isEqualTo(found);
    }

    @Test
    void remap_spanThatDidNotComeByOtlp_isLeftAlone() {
        Seeds.run(100, seed -> {
            TraceSpan span = new RandomTraces(seed)
                    .span().toBuilder()
                            .attributes(new HashMap<>(Map.of("gen_ai.request.model", "x")))
                            .build();

            assertThat(remapper.remap(span)).isSameAs(span);
        });
    }
}
