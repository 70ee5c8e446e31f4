package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.wire.Json;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Maps one request of each convention and compares the result: {@code NAME-traces.json}, for some {@code NAME-logs.json}, and
 * {@code NAME-expected.json} with the fields of the span, its chat and its actions. A field that is not expected must be absent.
 */
class ConventionsTest {

    /** Properties that are the same in all samples, or that the chat and the actions show. */
    private static final Set<SpanField<?>> NOT_COMPARED = Set.of(
            SpanField.TRACE_ID,
            SpanField.SPAN_ID,
            SpanField.PARENT_SPAN_ID,
            SpanField.TENANT_ID,
            SpanField.OPERATION_NAME,
            SpanField.START_TIME,
            SpanField.END_TIME,
            SpanField.DURATION_MS,
            SpanField.SERVICE_NAME,
            SpanField.PROMPT,
            SpanField.RESPONSE,
            SpanField.SECURITY_FINDINGS,
            SpanField.EVENTS,
            SpanField.AGENT_ACTIONS,
            SpanField.ATTRIBUTES);

    @ParameterizedTest
    @FieldSource("io.llmtrace.otlp.Fixtures#SAMPLES")
    void map_sample_isWhatIsExpected(String name) {
        TraceSpan span = mapSample(name);

        assertThat(pretty(actual(span))).isEqualTo(pretty(Json.tree(text(name + "-expected.json"))));
        assertThat(SpanEncoderTest.withoutAdditions(SpanEncoder.encode(List.of(span)))
                        .getResourceSpansCount())
                .isEqualTo(1);
        assertThat(new Remapper(Prices.NONE).remap(span)).isEqualTo(span);
    }

    static TraceSpan mapSample(String name) {
        TraceSpan span = SpanMapper.map(Fixtures.sample(name + "-traces.json"), Fixtures.TENANT, Prices.NONE)
                .spans()
                .get(0);
        if (Fixtures.class.getResource(name + "-logs.json") == null) {
            return span;
        }
        TraceSpan logs = LogMapper.map(
                        OtlpDecoder.logs(Fixtures.resource(name + "-logs.json"), OtlpDecoder.Encoding.JSON),
                        Fixtures.TENANT,
                        Instant.EPOCH,
                        Prices.NONE)
                .partialSpans()
                .get(0);
        return LogEvents.complete(span.toBuilder().events(logs.events()).build());
    }

    private static JsonNode actual(TraceSpan span) {
        JsonNode all = Json.tree(TraceJson.write(span));
        ObjectNode actual = Json.MAPPER.createObjectNode();
        for (SpanField<?> field : SpanField.properties()) {
            if (!NOT_COMPARED.contains(field) && all.has(field.name())) {
                actual.set(field.name(), all.get(field.name()));
            }
        }
        if (!actual.has("tags")) {
            actual.putObject("tags");
        }
        actual.set("chat", Json.tree(TraceJson.write(Chats.of(span))));
        ArrayNode actions = actual.putArray("actions");
        for (AgentAction action : span.agentActions()) {
            actions.addObject()
                    .put("name", action.name())
                    .put("tool_call_id", action.metadata().get("tool_call_id"))
                    .put("origin", action.metadata().get("origin"));
        }
        return actual;
    }

    /** Writes fields in one order and numbers in one form. */
    static String pretty(JsonNode json) {
        if (json instanceof ObjectNode object) {
            StringBuilder text = new StringBuilder("{");
            object.properties().stream()
                    .sorted(java.util.Map.Entry.comparingByKey())
                    .forEach(entry -> text.append("\n\"")
                            .append(entry.getKey())
                            .append("\": ")
                            .append(pretty(entry.getValue())));
            return text.append("}").toString();
        }
        if (json instanceof ArrayNode array) {
            StringBuilder text = new StringBuilder("[");
            array.forEach(item -> text.append("\n").append(pretty(item)));
            return text.append("]").toString();
        }
        return json.isNumber() ? json.decimalValue().stripTrailingZeros().toPlainString() : json.toString();
    }

    private static String text(String resource) {
        return new String(Fixtures.resource(resource), java.nio.charset.StandardCharsets.UTF_8);
    }
}
