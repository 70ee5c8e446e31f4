package io.llmtrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.model.Ids;
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

/** What the OpenTelemetry SDK sends is read back whole over REST, whichever way it came. */
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
            assertThat(Json.sorted(withoutDerivedIds(trace))).isEqualTo(Json.sorted(expected(traceId)));

            export(exporter, spans); // as a client does that lost the first answer
            assertThat(llmtrace.get("traces/" + traceId)).isEqualTo(trace);
            assertThat(llmtrace.get("spans?trace_id=" + traceId).path("data")).hasSameSizeAs(spans);
        }
    }

    private static void export(SpanExporter exporter, List<SpanData> spans) {
        assertThat(exporter.export(spans).join(10, TimeUnit.SECONDS).isSuccess())
                .isTrue();
    }

    private static JsonNode expected(String traceId) {
        String uuid = Ids.parseTraceId(traceId).toString();
        return Json.parse(Json.resource("rich-trace.json").replace("${trace_id}", uuid));
    }

    /** Events and actions get their ids from llmtrace, each its own. */
    private static JsonNode withoutDerivedIds(JsonNode trace) {
        JsonNode copy = trace.deepCopy();
        Set<String> ids = new HashSet<>();
        for (JsonNode span : copy.path("spans")) {
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
