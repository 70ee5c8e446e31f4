package io.llmtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.ingest.SpanIngest;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.Prices;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import io.llmtrace.testkit.RandomTraces;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The document and the server say the same. */
class OpenApiTest {

    private static final String ANALYTICS = "/api/v1/analytics/";

    private static RunningServer server;
    private static JsonNode document;
    private static TraceSpan stored;

    @BeforeAll
    static void start() {
        server = RunningServer.inMemory();
        document = server.get("/api/v1/openapi.json").json();
        RandomTraces random = new RandomTraces(7);
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            spans.add(random.span().toBuilder().tenantId(RunningServer.TENANT).build());
        }
        server.repository().storeSpans(spans);
        stored = spans.get(59);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void paths_areTheRoutes() {
        Set<String> described = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(operation ->
                                described.add(operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey())));

        assertThat(described).isEqualTo(routes().keySet());
    }

    @Test
    void parameters_areThoseOfTheRoutes() {
        routes().forEach((name, route) -> {
            JsonNode operation = document.path("paths")
                    .path(route.path())
                    .path(route.method().name().toLowerCase(Locale.ROOT));
            List<String> described = new ArrayList<>();
            for (JsonNode parameter : parametersOf(operation)) {
                if (parameter.path("in").asText().equals("query")) {
                    described.add(parameter.path("name").asText());
                }
            }
            assertThat(described).as(name).containsExactlyInAnyOrderElementsOf(route.parameters());
        });
    }

    @Test
    void everyParameter_isAccepted_andAnInventedOneIsNot() {
        Map<String, String> examples = examples();
        for (String path : List.of("/api/v1/traces", "/api/v1/spans", "/api/v1/outlines", "/api/v1/export")) {
            for (JsonNode parameter :
                    parametersOf(document.path("paths").path(path).path("get"))) {
                String name = parameter.path("name").asText();
                if (name.equals("cursor")) {
                    continue; // only one that was given is right
                }
                String query = name.replace("{key}", "a:b=c d") + "=" + examples.get(name);
                assertThat(server.get(path + "?" + encodeName(query)).status())
                        .as(path + "?" + query)
                        .isEqualTo(200);
            }
            assertThat(server.get(path + "?invented=1").json().path("parameter").asText())
                    .isEqualTo("invented");
        }
    }

    @Test
    void everyParameterOfAnalytics_isAccepted() {
        Map<String, String> needed =
                Map.of("timeline", "", "top", "group_by=kind", "values", "field=kind", "sessions", "");
        needed.forEach((name, always) -> {
            for (JsonNode parameter :
                    parametersOf(document.path("paths").path(ANALYTICS + name).path("get"))) {
                String example = parameter.path("name").asText().equals("order")
                        ? parameter.at("/schema/enum/1").asText()
                        : examples().get(parameter.path("name").asText());
                String query = parameter.path("name").asText().replace("{key}", "a:b=c d") + "=" + example;
                String rest = parameter.path("required").asBoolean() ? "" : "&" + always;
                assertThat(server.get(ANALYTICS + name + "?" + encodeName(query) + rest)
                                .status())
                        .as(name + " " + query)
                        .isEqualTo(200);
            }
        });
    }

    @Test
    void answers_fitTheirSchemas() {
        String trace = "/api/v1/traces/" + stored.traceId();
        String span = "/api/v1/spans/" + stored.spanId();
        assertFits(server.get("/api/v1/traces?limit=10"), "TracePage");
        assertFits(server.get("/api/v1/spans"), "SpanPage");
        assertFits(server.get("/api/v1/outlines"), "OutlinePage");
        assertFits(server.get(trace), "TraceEvent");
        assertFits(server.get(trace + "/actions"), "TraceActions");
        assertFits(server.get(span), "SpanAnswer");
        assertFits(server.get(span + "?trace_id=" + stored.traceId()), "SpanAnswer");
        assertFits(server.get("/api/v1/traces?order=cost&limit=2"), "TracePage");
        assertFits(server.get("/api/v1/spans?order=duration&limit=2"), "SpanPage");
        assertFits(server.get("/api/v1/stats"), "StorageStats");
        assertFits(server.get("/api/v1/retention"), "Retention");
        assertFits(server.put("/api/v1/retention", "{\"retention_days\": 36500}"), "Retention");
        assertFits(server.get(ANALYTICS + "timeline"), "Timeline");
        assertFits(server.get(ANALYTICS + "timeline?group_by=model_name&groups=1"), "Timeline");
        assertFits(server.get(ANALYTICS + "timeline?text=nowhere"), "Timeline");
        assertFits(server.get(ANALYTICS + "top?group_by=user_id"), "TopValues");
        assertFits(server.get(ANALYTICS + "values?field=tag"), "ValueCounts");
        assertFits(server.get(ANALYTICS + "sessions?limit=1"), "SessionPage");
        assertFits(server.get(ANALYTICS + "findings"), "FindingCounts");
        assertFits(server.get(ANALYTICS + "actions"), "ActionCounts");
        assertFits(server.get("/health"), "Health");
        for (String line : server.get("/api/v1/export").text().split("\n")) {
            assertThat(violations("TraceEvent", TraceJson.readTree(line.getBytes(StandardCharsets.UTF_8))))
                    .isEmpty();
        }
        String good = TraceJson.write(stored);
        assertFits(server.post("/api/v1/spans", RunningServer.JSON, "[" + good + ",{}]"), "Stored");
        assertFits(server.post("/api/v1/spans", RunningServer.JSON, good), "Stored");
        assertFits(server.delete(trace), "Deleted");
        assertFits(server.delete("/api/v1/traces?before=1950-01-01T00:00:00Z"), "Deleted");
    }

    @Test
    void failures_fitTheirSchemas() {
        for (String path : List.of("/nowhere", "/api/v1/traces/x", "/api/v1/traces?limit=x", "/v1/metrics")) {
            RunningServer.Answer answer = server.get(path);
            assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
            assertThat(violations("Problem", answer.json())).as(path).isEmpty();
        }
        assertThat(violations(
                        "OtlpStatus",
                        server.post("/v1/traces", RunningServer.JSON, "x").json()))
                .isEmpty();
    }

    @Test
    void docs_listEveryPath() {
        String page = server.get("/docs").text();

        document.path("paths")
                .fieldNames()
                .forEachRemaining(path -> assertThat(page).contains(" " + path + "<"));
    }

    private static void assertFits(RunningServer.Answer answer, String schema) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(violations(schema, answer.json())).isEmpty();
    }

    private static List<String> violations(String schema, JsonNode value) {
        return new SchemaCheck(document)
                .violations(document.path("components").path("schemas").path(schema), value);
    }

    private static List<JsonNode> parametersOf(JsonNode operation) {
        List<JsonNode> parameters = new ArrayList<>();
        for (JsonNode parameter : operation.path("parameters")) {
            String reference = parameter.path("$ref").asText();
            parameters.add(reference.isEmpty() ? parameter : document.at(reference.substring(1)));
        }
        return parameters;
    }

    private static Map<String, Route> routes() {
        Map<String, Route> routes = new TreeMap<>();
        TraceRepository repository = new InMemoryTraceRepository();
        ServerMetrics metrics = new ServerMetrics();
        SpanIngest ingest = new SpanIngest(repository, new Services.LogContent());
        Services.allRoutes(
                        repository,
                        ingest,
                        new OtlpReceiver(ingest, metrics, Prices.NONE),
                        metrics,
                        ServerConfig.defaults(),
                        new Explorer())
                .forEach(route -> routes.put(route.method().name() + " " + route.path(), route));
        return routes;
    }

    private static Map<String, String> examples() {
        Map<String, String> examples = new HashMap<>();
        for (String name : List.of(
                "provider",
                "model_name",
                "operation_name",
                "session_id",
                "user_id",
                "service_name",
                "finding_type",
                "action_name")) {
            examples.put(name, "x");
        }
        examples.putAll(Map.of(
                "start_time", "2026-01-01T00:00:00.5Z",
                "end_time", "2026-01-01T00:00:00Z",
                "kind", "llm",
                "finding_severity", "High",
                "trace_id", stored.traceId().toString(),
                "status", "error",
                "text", "red",
                "tag.{key}", "v",
                "order", "oldest_first"));
        examples.putAll(
                Map.of("buckets", "10", "groups", "2", "group_by", "tag.env", "field", "finding_type", "prefix", "gp"));
        for (String name : List.of(
                "limit", "offset", "min_security_score", "max_security_score", "min_duration_ms", "max_duration_ms")) {
            examples.put(name, "3");
        }
        examples.put("min_cost_usd", "0.01");
        examples.put("max_cost_usd", "1e2");
        return examples;
    }

    private static String encodeName(String query) {
        int equals = query.lastIndexOf('=');
        return URLEncoder.encode(query.substring(0, equals), StandardCharsets.UTF_8) + query.substring(equals);
    }
}
