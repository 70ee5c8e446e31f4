package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceSpan;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Usage, messages and spans in the many shapes that instrumentations send: the lines of three files, each with what it means. */
class PayloadsTest {

    private static final ObjectMapper JSON = TraceJson.mapper().enable(DeserializationFeature.USE_LONG_FOR_INTS);

    /** A line of a file. */
    private record Line(JsonNode json) {
        @Override
        public String toString() {
            return json.path("id").asText();
        }
    }

    static Stream<Line> usages() {
        return lines("usages.ndjson");
    }

    static Stream<Line> payloads() {
        return lines("payloads.ndjson");
    }

    static Stream<Line> spans() {
        return lines("spans.ndjson");
    }

    @ParameterizedTest
    @MethodSource("usages")
    void map_usage_countsEachTokenOnce(Line line) {
        TraceSpan span = map(line.json);

        assertThat(Stream.of(
                                span.promptTokens(),
                                span.completionTokens(),
                                span.cacheReadTokens(),
                                span.cacheWriteTokens(),
                                span.reasoningTokens())
                        .map(count -> Objects.toString(count, "-"))
                        .collect(Collectors.joining(" ")))
                .isEqualTo(line.json.path("tokens").asText());
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void chat_ofPayload_isWhatWasSaid(Line line) {
        JsonNode chat = JSON.valueToTree(Chats.of(map(line.json)));

        ObjectNode actual = JSON.createObjectNode();
        ObjectNode expected = JSON.createObjectNode();
        for (String part : List.of("input", "output", "tools")) {
            actual.set(part, chat.path(part));
            expected.set(part, line.json.path(part).isArray() ? line.json.path(part) : JSON.createArrayNode());
        }
        assertThat(actual.toPrettyString()).isEqualTo(expected.toPrettyString());
    }

    /** Compares only the fields that the line names; null if the field must be absent. */
    @ParameterizedTest
    @MethodSource("spans")
    void map_span_hasTheExpectedFields(Line line) throws IOException {
        TraceSpan span = map(line.json);
        JsonNode all = JSON.readTree(TraceJson.write(span));
        ObjectNode actual = JSON.createObjectNode();
        for (Map.Entry<String, JsonNode> expected : line.json.path("expect").properties()) {
            actual.set(expected.getKey(), fieldOf(span, all, expected.getKey()));
        }

        assertThat(ConventionsTest.pretty(actual)).isEqualTo(ConventionsTest.pretty(line.json.path("expect")));
    }

    /** Returns a field; of the actions their names, ids and origins, of the first one result and success. */
    private static JsonNode fieldOf(TraceSpan span, JsonNode all, String field) {
        return switch (field) {
            case "actions" ->
                JSON.valueToTree(span.agentActions().stream()
                        .map(action -> action.name() + " "
                                + action.metadata().getOrDefault("tool_call_id", "-") + " "
                                + action.metadata().get("origin"))
                        .toList());
            case "result" -> JSON.valueToTree(span.agentActions().get(0).result());
            case "success" -> JSON.valueToTree(span.agentActions().get(0).success());
            default -> all.has(field) ? all.get(field) : JSON.nullNode();
        };
    }

    private static TraceSpan map(JsonNode line) {
        Span.Builder span = Fixtures.span().addAllAttributes(attributes(line));
        span.setName(line.path("name").asText("x"));
        long start = line.path("start").asLong(Fixtures.START_NANOS);
        span.setStartTimeUnixNano(start);
        span.setEndTimeUnixNano(line.path("end").asLong(start == 0 ? 0 : start + 1_000_000_000L));
        line.path("events")
                .forEach(event -> span.addEventsBuilder()
                        .setName(event.path("name").asText())
                        .setTimeUnixNano(event.path("time").asLong(Fixtures.START_NANOS))
                        .addAllAttributes(attributes(event)));
        var request = Fixtures.request(span).toBuilder();
        request.getResourceSpansBuilder(0)
                .getScopeSpansBuilder(0)
                .setScope(InstrumentationScope.newBuilder()
                        .setName(line.path("scope").asText("x")));
        return Fixtures.mapOne(request.build());
    }

    private static List<KeyValue> attributes(JsonNode holder) {
        Map<String, @Nullable Object> attributes =
                JSON.convertValue(holder.path("attributes"), new TypeReference<Map<String, @Nullable Object>>() {});
        return attributes.entrySet().stream()
                .map(attribute -> Fixtures.attribute(attribute.getKey(), attribute.getValue()))
                .toList();
    }

    private static Stream<Line> lines(String resource) {
        return new String(Fixtures.resource(resource), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> {
                    try {
                        return new Line(JSON.readTree(line));
                    } catch (IOException e) {
                        throw new UncheckedIOException(line, e);
                    }
                });
    }
}
