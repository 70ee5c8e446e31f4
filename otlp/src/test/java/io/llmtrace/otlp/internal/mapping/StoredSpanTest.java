package io.llmtrace.otlp.internal.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.EncodedSpans;
import io.llmtrace.otlp.Fixtures;
import io.llmtrace.otlp.Prices;
import io.llmtrace.otlp.RandomRequests;
import io.llmtrace.otlp.Samples;
import io.llmtrace.otlp.SpanMapper;
import io.llmtrace.testkit.Seeds;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that look-ups in a stored span give the same values as look-ups in the OTLP span that is encoded from it. */
class StoredSpanTest {

    private static final List<MappedField<?>> FIELDS = List.of(
            MappedField.SYSTEM_INSTRUCTIONS,
            MappedField.TOOL_DEFINITIONS,
            MappedField.TOOL_NAME,
            MappedField.TOOL_TYPE,
            MappedField.DIRECT.get(SpanField.ENVIRONMENT),
            MappedField.SEARCH_RESULT,
            MappedField.SERVER_ADDRESS,
            MappedField.DIRECT.get(SpanField.SERVICE_NAME),
            MappedField.HTTP_STATUS,
            MappedField.RESPONSE_MODEL,
            MappedField.COST);

    @ParameterizedTest
    @MethodSource("samples")
    void first_ofASample_isThatOfTheEncodedSpan(String name) {
        Samples.spans(name).forEach(StoredSpanTest::assertSameAsEncoded);
    }

    @Test
    void first_ofARandomSpan_isThatOfTheEncodedSpan() {
        Seeds.run(
                500,
                seed -> SpanMapper.map(new RandomRequests(seed).request(), Fixtures.TENANT, Prices.NONE)
                        .spans()
                        .forEach(StoredSpanTest::assertSameAsEncoded));
    }

    private static void assertSameAsEncoded(TraceSpan span) {
        OtlpSpan encoded = EncodedSpans.of(withoutConventionalFields(span));
        for (MappedField<?> field : FIELDS) {
            assertThat((Object) new StoredSpan(span).first(field))
                    .as(span.operationName() + ": " + field.name())
                    .isEqualTo(encoded.first(field));
        }
    }

    static List<String> samples() {
        return Samples.NAMES;
    }

    @Test
    void samples_haveBothFieldsThatChatsNeed() {
        List<TraceSpan> spans = Samples.NAMES.stream()
                .flatMap(name -> Samples.spans(name).stream())
                .toList();

        assertThat(spans).hasSizeGreaterThan(100);
        assertThat(spans.stream().map(span -> new StoredSpan(span).first(MappedField.SYSTEM_INSTRUCTIONS)))
                .filteredOn(text -> text != null)
                .hasSizeGreaterThan(5);
        assertThat(spans.stream().map(span -> new StoredSpan(span).first(MappedField.TOOL_DEFINITIONS)))
                .filteredOn(text -> text != null)
                .hasSizeGreaterThan(5);
    }

    @Test
    void first_followsAReferenceToThePrompt() {
        String prompt = "{\"system\":\"Be brief.\",\"prompt\":\"" + "x".repeat(400) + "\"}";
        TraceSpan span = Fixtures.mapOne(Fixtures.span("ai.prompt", prompt));

        assertThat(span.attributes().get("ai.prompt")).isEqualTo(Map.of("$ref", "prompt"));
        assertThat(new StoredSpan(span).first(MappedField.SYSTEM_INSTRUCTIONS)).isEqualTo("Be brief.");
    }

    @Test
    void first_findsDetailsInEventsAndInTheBodiesOfLogRecords() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span("gen_ai.agent.instructions", "Be brief."));
        TraceSpan withDetails = span.toBuilder()
                .events(List.of(
                        details(Map.of("gen_ai.tool.definitions", "[]")),
                        details(Map.of("otel.log", Map.of("body", Map.of("gen_ai.system_instructions", "Be nice."))))))
                .build();

        assertThat(new StoredSpan(withDetails).first(MappedField.TOOL_DEFINITIONS))
                .isEqualTo("[]");
        assertThat(new StoredSpan(withDetails).first(MappedField.SYSTEM_INSTRUCTIONS))
                .isEqualTo("Be nice.");
        assertSameAsEncoded(withDetails);
    }

    private static SpanEvent details(Map<String, Object> data) {
        return SpanEvent.builder("gen_ai.client.inference.operation.details", Instant.EPOCH)
                .data(data)
                .build();
    }

    /** Removes the fields that the encoder would add as attributes, which a stored span does not have. */
    private static TraceSpan withoutConventionalFields(TraceSpan span) {
        return span.toBuilder()
                .kind(SpanKind.OTHER)
                .modelName(null)
                .provider(null)
                .statusCode(null)
                .estimatedCostUsd(null)
                .build();
    }
}
