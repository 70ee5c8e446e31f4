package io.llmtrace.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.FieldType;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.server.DerivedSpanFields;
import io.llmtrace.server.RunningServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.server.internal.http.Route;
import io.llmtrace.storage.filter.QueryFilter;
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

/** Tests that the OpenAPI document describes what the server does. */
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
                    continue; // only a cursor from an answer is valid
                }
                String query = nameOf(name) + "=" + examples.get(name);
                assertThat(server.get(path + "?" + encodeName(query)).status())
                        .as(path + "?" + query)
                        .isEqualTo(200);
            }
            for (String wrong : List.of("invented", "has.invented", "has.operation_name", "has.prompt")) {
                assertThat(server.get(path + "?" + wrong + "=true")
                                .json()
                                .path("parameter")
                                .asText())
                        .isEqualTo(wrong);
            }
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
                String query = nameOf(parameter.path("name").asText()) + "=" + example;
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
        assertFits(
                server.put("/api/v1/retention", "{\"retention_days\": 36500, \"retention_by\": \"end\"}"), "Retention");
        assertFits(server.get("/api/v1/retention/expired?retention_days=36500"), "ExpiredTraces");
        assertFits(server.get("/api/v1/retention/expired?retention_days=1&retention_by=end"), "ExpiredTraces");
        assertFits(server.get(ANALYTICS + "timeline"), "Timeline");
        assertFits(server.get(ANALYTICS + "timeline?group_by=model_name&groups=1"), "Timeline");
        assertFits(server.get(ANALYTICS + "timeline?text=nowhere"), "Timeline");
        assertFits(server.get(ANALYTICS + "top?group_by=user_id"), "TopValues");
        assertFits(server.get(ANALYTICS + "values?field=tag"), "ValueCounts");
        assertFits(server.get(ANALYTICS + "sessions?limit=1"), "SessionPage");
        assertFits(server.get(ANALYTICS + "findings"), "FindingCounts");
        assertFits(server.get(ANALYTICS + "actions"), "ActionCounts");
        assertFits(server.get(ANALYTICS + "count"), "TraceCount");
        assertFits(server.get(ANALYTICS + "count?what=spans"), "SpanCount");
        assertFits(server.get(ANALYTICS + "trace_timeline"), "TraceTimeline");
        assertFits(server.get(ANALYTICS + "trace_timeline?text=nowhere"), "TraceTimeline");
        assertFits(server.get("/api/v1/lookup?id=" + stored.traceId()), "FoundIds");
        assertFits(server.get("/health"), "Health");
        assertFits(server.get("/health/live"), "Live");
        assertFits(server.get("/health/ready"), "Ready");
        for (String line : server.get("/api/v1/export").text().split("\n")) {
            assertThat(violations("TraceEvent", TraceJson.readTree(line.getBytes(StandardCharsets.UTF_8))))
                    .isEmpty();
        }
        for (String line : server.get("/api/v1/export?what=spans").text().split("\n")) {
            assertThat(violations("TraceSpan", TraceJson.readTree(line.getBytes(StandardCharsets.UTF_8))))
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

    /** Marks are instructions for {@code OpenApi} only; clients would not understand them. */
    @Test
    void marks_areReplaced() {
        assertThat(server.get("/api/v1/openapi.json").text()).doesNotContain("\"x-");
        assertThat(document.at("/components/schemas/SpanAnswer/properties").size())
                .isEqualTo(
                        document.at("/components/schemas/TraceSpan/properties").size()
                                + DerivedSpanFields.NAMES.size());
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
        try (Services services =
                new Services(ServerConfig.defaults(), new InMemoryTraceRepository(), TenantResolver.single())) {
            services.routes().served().stream()
                    // Other spellings of paths that are described.
                    .filter(route -> route.path().equals("/") || !route.path().endsWith("/"))
                    .forEach(route -> routes.put(route.method().name() + " " + route.path(), route));
        }
        return routes;
    }

    private static Map<String, String> examples() {
        Map<String, String> examples = new HashMap<>();
        for (QueryFilter<?> filter : QueryFilter.all()) {
            examples.put(filter.name(), exampleOf(filter.type()));
        }
        examples.put("has.{field}", "true");
        examples.put("text", "red");
        examples.put("q", "-kind:(llm,tool)");
        examples.put("tag.{key}", "v");
        examples.put("order", "oldest_first");
        examples.putAll(
                Map.of("buckets", "10", "groups", "2", "group_by", "tag.env", "field", "finding_type", "prefix", "gp"));
        examples.put("limit", "3");
        examples.put("up_to", "5");
        examples.put("what", "spans");
        examples.put("format", "csv");
        examples.put("id", "0af76519-16");
        examples.put("offset", "3");
        return examples;
    }

    /** Returns a name of those that a parameter such as {@code tag.{key}} stands for. */
    private static String nameOf(String parameter) {
        return parameter.replace("{key}", "a:b=c d").replace("{field}", "tag.a:b=c d");
    }

    private static String exampleOf(FieldType<?> type) {
        if (!type.allowed().isEmpty()) {
            return type.allowed().get(0);
        }
        if (type == FieldType.TIME) {
            return "2026-01-01T00:00:00.5Z";
        }
        if (type == FieldType.TRACE_ID) {
            return "0af7651916cd43dd8448eb211c80319c";
        }
        return type.json() == FieldType.Json.STRING ? "x" : "3";
    }

    private static String encodeName(String query) {
        int equals = query.lastIndexOf('=');
        return URLEncoder.encode(query.substring(0, equals), StandardCharsets.UTF_8) + query.substring(equals);
    }
}
