package io.llmtrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.model.Ids;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Sends spans with the OpenTelemetry SDK over each transport, and reads them back over REST. */
class OtlpTransportTest {

    @TempDir
    static Path folder;

    private static RunningLlmTrace llmtrace;

    @BeforeAll
    static void start() {
        llmtrace = RunningLlmTrace.startIn(folder);
    }

    @AfterAll
    static void stop() {
        llmtrace.close();
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP_PROTOBUF, none",
        "HTTP_PROTOBUF, gzip",
        "HTTP_JSON, none",
        "HTTP_JSON, gzip",
        "GRPC, none",
        "GRPC, gzip"
    })
    void export_arrivesWholeWithTypes(Transport transport, String compression) {
        String traceId = IdGenerator.random().generateTraceId();
        List<SpanData> spans = RichTrace.spans(traceId);
        try (SpanExporter exporter = transport.spanExporter(llmtrace.uri(), compression)) {
            export(exporter, spans);

            JsonNode trace = llmtrace.get("traces/" + traceId);
            assertThat(Json.sorted(withoutDerived(trace))).isEqualTo(Json.sorted(expected(traceId)));

            export(exporter, spans); // as a client does when the response to its first request was lost
            assertThat(llmtrace.get("traces/" + traceId)).isEqualTo(trace);
            assertThat(llmtrace.get("spans?trace_id=" + traceId).path("data")).hasSameSizeAs(spans);
        }
    }

    @ParameterizedTest
    @EnumSource
    void logRecord_beforeItsSpan_isHeldByAPlaceholder(Transport transport) {
        String prompt = "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Hello?\"}]}]";
        try (Telemetry telemetry = new Telemetry(transport, llmtrace.uri())) {
            String traceId = telemetry.trace("greet", () -> ask(telemetry, "Hello?"));
            telemetry.sendLogs();

            JsonNode placeholder = onlySpan(traceId);
            assertThat(placeholder.path("operation_name").asText()).isEqualTo("(span not received yet)");
            assertThat(placeholder.path("service_name").asText()).isEqualTo(Telemetry.SERVICE_NAME);
            assertThat(placeholder.path("prompt").asText()).isEqualTo(prompt);
            assertThat(placeholder.at("/attributes/llmtrace.placeholder").asBoolean())
                    .isTrue();

            telemetry.sendSpans();

            JsonNode joined = onlySpan(traceId);
            assertThat(joined.path("operation_name").asText()).isEqualTo("greet");
            assertThat(joined.path("prompt").asText()).isEqualTo(prompt);
            assertThat(joined.path("events")).isEqualTo(placeholder.path("events"));
            assertThat(joined.path("attributes").has("llmtrace.placeholder")).isFalse();
        }
    }

    private static void ask(Telemetry telemetry, String question) {
        telemetry
                .sdk()
                .getLogsBridge()
                .get("openai")
                .logRecordBuilder()
                .setEventName("gen_ai.user.message")
                .setBody(Value.of(KeyValue.of("content", Value.of(question))))
                .emit();
    }

    private static JsonNode onlySpan(String traceId) {
        JsonNode spans = llmtrace.get("traces/" + traceId).path("spans");
        assertThat(spans).hasSize(1);
        return spans.get(0);
    }

    private static void export(SpanExporter exporter, List<SpanData> spans) {
        assertThat(exporter.export(spans).join(10, TimeUnit.SECONDS).isSuccess())
                .isTrue();
    }

    private static JsonNode expected(String traceId) {
        String uuid = Ids.parseTraceId(traceId).toString();
        return Json.parse(Json.resource("rich-trace.json").replace("${trace_id}", uuid));
    }

    /** Removes the ids of events and actions, which llmtrace generates. */
    private static JsonNode withoutDerived(JsonNode trace) {
        JsonNode copy = trace.deepCopy();
        Set<String> ids = new HashSet<>();
        for (JsonNode span : copy.path("spans")) {
            String mapping = ((ObjectNode) span.path("attributes"))
                    .remove("llmtrace.mapping")
                    .asText();
            assertThat(mapping).matches("[0-9]+( .*)?");
            if (mapping.contains(" cost=prices:")) {
                ((ObjectNode) span).remove("estimated_cost_usd"); // changes whenever the list prices are updated
            }
            for (String list : List.of("events", "agent_actions")) {
                for (JsonNode item : span.path(list)) {
                    String id = ((ObjectNode) item).remove("id").asText();
                    assertThat(ids.add(id)).as("%s is the id of one item", id).isTrue();
                }
            }
        }
        return copy;
    }
}
