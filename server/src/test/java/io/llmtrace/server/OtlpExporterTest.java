package io.llmtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.storage.TraceRepositories;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the OpenTelemetry SDK sends arrives whole, over each transport, in each store. */
class OtlpExporterTest {

    private static final String LINKED_TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String LINKED_SPAN = "00f067aa0ba902b7";
    private static final Instant START = Instant.parse("2026-01-05T10:00:00.000000001Z");

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "http, none, memory",
        "http, gzip, memory",
        "grpc, none, memory",
        "grpc, gzip, memory",
        "http, gzip, sqlite",
        "grpc, gzip, sqlite"
    })
    void export_arrivesWholeWithTypes(String protocol, String compression, String store) {
        try (RunningServer server = server(store)) {
            Resource resource = Resource.create(
                    Attributes.builder()
                            .put("service.name", "checkout")
                            .put("service.instance", 7L)
                            .build(),
                    "https://example.org/resource-schema");
            SpanContext sent = send(server, resource, protocol, compression);

            JsonNode span = server.get("/api/v1/spans/" + sent.getSpanId()).json();
            assertThat(span.path("trace_id").asText().replace("-", "")).isEqualTo(sent.getTraceId());
            assertThat(span.path("operation_name").asText()).isEqualTo("chat gpt-4o");
            assertThat(span.path("service_name").asText()).isEqualTo("checkout");
            assertThat(span.path("start_time").asText()).isEqualTo("2026-01-05T10:00:00.000000001Z");
            assertThat(span.path("end_time").asText()).isEqualTo("2026-01-05T10:00:01.500000003Z");
            assertThat(span.path("duration_ms").asLong()).isEqualTo(1500);
            assertThat(span.path("prompt_tokens").asLong()).isEqualTo(12);
            assertThat(span.path("provider").asText()).isEqualTo("OpenAI");
            assertThat(span.path("error_message").asText()).isEqualTo("gave up");
            assertThat(span.path("attributes")).isEqualTo(json("""
                    {"gen_ai.operation.name":"chat","gen_ai.provider.name":"openai","gen_ai.request.model":"gpt-4o",
                     "gen_ai.usage.input_tokens":12,"text":"tab\\t \\u0000 😀","bool":true,"int":1,"double":1.0,
                     "min":-9223372036854775808,"nan":{"doubleValue":"NaN"},"texts":["a",""],"ints":[1,2],
                     "doubles":[0.5],"bools":[false],"nothing":[],
                     "otel.resource":{"attributes":{"service.instance":7,"service.name":"checkout"},
                                      "schema_url":"https://example.org/resource-schema"},
                     "otel.scope":{"name":"my.scope","version":"1.2","schema_url":"https://example.org/scope-schema"},
                     "otel.span":{"kind":"client","trace_state":"vendor=1","flags":%d,
                                  "status":{"code":"error","message":"gave up"},
                                  "links":[{"trace_id":"%s","span_id":"%s","attributes":{"why":"retry","n":2},"flags":%d}]}}
                    """.formatted(
                            span.at("/attributes/otel.span/flags").asLong(),
                            LINKED_TRACE,
                            LINKED_SPAN,
                            span.at("/attributes/otel.span/links/0/flags").asLong())));
            JsonNode event = span.path("events").get(0);
            assertThat(event.path("event_type").asText()).isEqualTo("first token");
            assertThat(event.path("timestamp").asText()).isEqualTo("2026-01-05T10:00:00.000000002Z");
            assertThat(event.path("data")).isEqualTo(json("{\"index\":0,\"text\":\"x\"}"));
        }
    }

    @ParameterizedTest
    @CsvSource({"http, memory", "grpc, memory", "http, sqlite"})
    void export_contentInLogs_joinsItsSpan(String protocol, String store) {
        try (RunningServer server = server(store)) {
            SpanContext context =
                    SpanContext.create(LINKED_TRACE, LINKED_SPAN, TraceFlags.getSampled(), TraceState.getDefault());
            LogRecordExporter exporter = protocol.equals("grpc")
                    ? OtlpGrpcLogRecordExporter.builder()
                            .setEndpoint(server.baseUrl())
                            .build()
                    : OtlpHttpLogRecordExporter.builder()
                            .setEndpoint(server.baseUrl() + "/v1/logs")
                            .build();
            try (SdkLoggerProvider logs = SdkLoggerProvider.builder()
                    .addLogRecordProcessor(SimpleLogRecordProcessor.create(exporter))
                    .build()) {
                logs.get("openai")
                        .logRecordBuilder()
                        .setContext(Context.root().with(Span.wrap(context)))
                        .setEventName("gen_ai.user.message")
                        .setTimestamp(START)
                        .setBody(Value.of(KeyValue.of("content", Value.of("Hello?"))))
                        .emit();
                assertThat(logs.forceFlush().join(10, TimeUnit.SECONDS).isSuccess())
                        .isTrue();
            }

            JsonNode span = server.get("/api/v1/spans/" + LINKED_SPAN).json();
            assertThat(span.path("prompt").asText())
                    .isEqualTo("[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Hello?\"}]}]");
            assertThat(span.at("/attributes/llmtrace.placeholder").asBoolean()).isTrue();

            String real = """
                    {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"%s","spanId":"%s","name":"chat",
                     "startTimeUnixNano":"1767607200000000000","endTimeUnixNano":"1767607201000000000",
                     "attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}}]}]}]}]}
                    """.formatted(LINKED_TRACE, LINKED_SPAN);
            assertThat(server.post("/v1/traces", RunningServer.JSON, real).status())
                    .isEqualTo(200);
            JsonNode joined = server.get("/api/v1/spans/" + LINKED_SPAN).json();
            assertThat(joined.path("operation_name").asText()).isEqualTo("chat");
            assertThat(joined.path("prompt")).isEqualTo(span.path("prompt"));
            assertThat(joined.path("attributes").has("llmtrace.placeholder")).isFalse();
        }
    }

    private RunningServer server(String store) {
        String url = store.equals("sqlite") ? "sqlite:" + folder.resolve("traces.db") : "memory:";
        return RunningServer.over(TraceRepositories.open(url));
    }

    private static SpanContext send(RunningServer server, Resource resource, String protocol, String compression) {
        SpanExporter exporter = protocol.equals("grpc")
                ? OtlpGrpcSpanExporter.builder()
                        .setEndpoint(server.baseUrl())
                        .setCompression(compression)
                        .build()
                : OtlpHttpSpanExporter.builder()
                        .setEndpoint(server.baseUrl() + "/v1/traces")
                        .setCompression(compression)
                        .build();
        try (SdkTracerProvider tracers = SdkTracerProvider.builder()
                .setResource(resource)
                .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                .build()) {
            TraceState state = TraceState.builder().put("vendor", "1").build();
            SpanContext parent = SpanContext.createFromRemoteParent(
                    "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174", TraceFlags.getSampled(), state);
            Span span = tracers.tracerBuilder("my.scope")
                    .setInstrumentationVersion("1.2")
                    .setSchemaUrl("https://example.org/scope-schema")
                    .build()
                    .spanBuilder("chat gpt-4o")
                    .setParent(Context.root().with(Span.wrap(parent)))
                    .setSpanKind(SpanKind.CLIENT)
                    .setStartTimestamp(START)
                    .addLink(
                            SpanContext.create(
                                    LINKED_TRACE, LINKED_SPAN, TraceFlags.getDefault(), TraceState.getDefault()),
                            Attributes.builder()
                                    .put("why", "retry")
                                    .put("n", 2L)
                                    .build())
                    .startSpan();
            span.setAttribute("gen_ai.operation.name", "chat")
                    .setAttribute("gen_ai.provider.name", "openai")
                    .setAttribute("gen_ai.request.model", "gpt-4o")
                    .setAttribute("gen_ai.usage.input_tokens", 12L)
                    .setAttribute("text", "tab\t \0 😀")
                    .setAttribute("bool", true)
                    .setAttribute("int", 1L)
                    .setAttribute("double", 1.0)
                    .setAttribute("min", Long.MIN_VALUE)
                    .setAttribute("nan", Double.NaN)
                    .setAttribute(AttributeKey.stringArrayKey("texts"), List.of("a", ""))
                    .setAttribute(AttributeKey.longArrayKey("ints"), List.of(1L, 2L))
                    .setAttribute(AttributeKey.doubleArrayKey("doubles"), List.of(0.5))
                    .setAttribute(AttributeKey.booleanArrayKey("bools"), List.of(false))
                    .setAttribute(AttributeKey.stringArrayKey("nothing"), List.of())
                    .addEvent(
                            "first token",
                            Attributes.builder()
                                    .put("index", 0L)
                                    .put("text", "x")
                                    .build(),
                            START.plusNanos(1))
                    .setStatus(StatusCode.ERROR, "gave up");
            span.end(START.plusNanos(1_500_000_002L));
            assertThat(tracers.forceFlush().join(10, TimeUnit.SECONDS).isSuccess())
                    .isTrue();
            return span.getSpanContext();
        }
    }

    private static JsonNode json(String text) {
        return TraceJson.readTree(text.getBytes(StandardCharsets.UTF_8));
    }
}
