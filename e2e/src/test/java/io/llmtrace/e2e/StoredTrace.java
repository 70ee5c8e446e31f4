package io.llmtrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A stored trace of an application: a root span, with the calls of models below it. */
final class StoredTrace {

    /** The fields that are not compared: they differ between runs, or are the same in all calls. */
    private static final List<String> SURROUNDINGS = List.of(
            "trace_id",
            "span_id",
            "parent_span_id",
            "tenant_id",
            "start_time",
            "end_time",
            "duration_ms",
            "service_name",
            "estimated_cost_usd"); // changes whenever the list prices are updated

    private final RunningLlmTrace llmtrace;
    private final String traceId;
    private final List<JsonNode> spans;

    StoredTrace(RunningLlmTrace llmtrace, String traceId) {
        this.llmtrace = llmtrace;
        this.traceId = traceId;
        this.spans = items(llmtrace.get("traces/" + traceId).path("spans"));
    }

    /** Asserts that the model calls below the root, in order of time, equal those of the named file in all fields. */
    void assertCalls(String... files) {
        assertThat(spans).hasSize(1 + files.length);
        for (int i = 0; i < files.length; i++) {
            JsonNode call = spans.get(1 + i);
            assertSurroundings(call);
            assertThat(Json.sorted(content(call)))
                    .isEqualTo(Json.sorted(Json.parse(Json.resource("calls/" + files[i]))));
        }
    }

    /** Returns the output of {@code show}, which is the same from the file and through the server. */
    String show(String... options) {
        return llmtrace.show(traceId, options);
    }

    /** Returns the output of {@code show --span} for the first model call. */
    String showFirstCall() {
        return show("--span", spans.get(1).path("span_id").asText());
    }

    private void assertSurroundings(JsonNode call) {
        JsonNode root = spans.get(0);
        assertThat(call.path("parent_span_id")).isEqualTo(root.path("span_id"));
        assertThat(call.path("service_name").asText()).isEqualTo(Telemetry.SERVICE_NAME);
        assertThat(time(call, "start_time")).isBetween(time(root, "start_time"), time(root, "end_time"));
        assertThat(time(call, "end_time")).isBetween(time(call, "start_time"), time(root, "end_time"));
        assertThat(call.path("duration_ms").isIntegralNumber()).isTrue();
    }

    /** Replaces prompt and response by the JSON in them, and events by their types. */
    private static JsonNode content(JsonNode call) {
        ObjectNode content = call.deepCopy();
        content.remove(SURROUNDINGS);
        ((ObjectNode) content.path("attributes"))
                .remove(List.of("otel.resource", "otel.scope", "otel.span", "llmtrace.mapping"));
        content.path("agent_actions").forEach(action -> ((ObjectNode) action).remove(List.of("id", "timestamp")));
        content.set("events", Json.strings(eventTypes(call)));
        for (String field : List.of("prompt", "response")) {
            if (content.has(field)) {
                content.set(field, Json.parse(content.path(field).asText()));
            }
        }
        return content;
    }

    private static Stream<String> eventTypes(JsonNode call) {
        return items(call.path("events")).stream()
                .map(event -> event.path("event_type").asText());
    }

    private static Instant time(JsonNode span, String field) {
        return Instant.parse(span.path(field).asText());
    }

    private static List<JsonNode> items(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }
}
