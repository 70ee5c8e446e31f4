package io.llmtrace.server.internal.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.server.RunningServer;
import io.llmtrace.storage.TraceQuery;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RestApiTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.inMemory();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void empty() {
        server.repository().deleteTracesBefore(RunningServer.TENANT, Times.LATEST);
    }

    @Test
    void storeSpans_objectArrayAndLines_areTheSame() {
        TraceSpan a = span(1).build();
        TraceSpan b = span(2).build();
        String lines = TraceJson.write(a) + "\r\n\n" + TraceJson.write(b) + "\n";

        String array = "[" + TraceJson.write(a) + "," + TraceJson.write(b) + "]";
        assertStoresBoth(() -> server.post("/api/v1/spans", RunningServer.JSON, array), a, b);
        assertStoresBoth(() -> server.post("/api/v1/spans", RunningServer.NDJSON, lines), a, b);
        assertStoresBoth(() -> server.post("/api/v1/spans", RunningServer.JSON, lines), a, b);
        byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
        assertStoresBoth(() -> server.postGzip("/api/v1/spans", RunningServer.NDJSON, bytes), a, b);
        assertThat(server.post("/api/v1/spans", RunningServer.JSON, TraceJson.write(a))
                        .toString())
                .isEqualTo("200 {\"stored\":1}");
        assertThat(server.post("/api/v1/spans", RunningServer.JSON, "[]").toString())
                .isEqualTo("200 {\"stored\":0}");
        String overLines = TraceJson.readTree(TraceJson.writeBytes(b)).toPrettyString();
        assertThat(server.post("/api/v1/spans", RunningServer.JSON, overLines).toString())
                .isEqualTo("200 {\"stored\":1}");
    }

    @Test
    void storeSpans_badItems_areNamedAndTheGoodOnesKept() {
        String good = TraceJson.write(span(1).build());
        String otherTenant = TraceJson.write(span(2).tenantId(UUID.randomUUID()).build());
        RunningServer.Answer array = server.post(
                "/api/v1/spans",
                RunningServer.JSON,
                "[{},5," + good + ",{\"kind\":\"x\"}," + otherTenant + "," + good.replace("\"kind\"", "\"kynd\"")
                        + "]");

        assertThat(array.toString())
                .isEqualTo(
                        "200 {\"stored\":1,\"rejected\":["
                                + "{\"index\":0,\"reason\":\"trace_id: missing\"},"
                                + "{\"index\":1,\"reason\":\"expected a span as a JSON object, got number\"},"
                                + "{\"index\":3,\"reason\":\"kind: not a span kind [llm, embedding, tool, agent, chain, retriever,"
                                + " reranker, guardrail, evaluator, other]: 'x'\"},"
                                + "{\"index\":4,\"reason\":\"tenant_id: not the tenant of this request; leave it out\"},"
                                + "{\"index\":5,\"reason\":\"kynd: unknown field; this version does not know it and would lose it\"}]}");
        RunningServer.Answer lines = server.post("/api/v1/spans", RunningServer.NDJSON, "{broken\n" + good + "\n");
        assertThat(lines.json().path("stored").asInt()).isEqualTo(1);
        assertThat(lines.json().at("/rejected/0/index").asInt()).isZero();
        assertThat(server.repository().querySpans(all()).items()).hasSize(1);
    }

    @Test
    void storeSpans_allBad_is400() {
        assertThat(server.post("/api/v1/spans", RunningServer.JSON, "{}")
                        .json()
                        .path("detail")
                        .asText())
                .isEqualTo("trace_id: missing");
        assertThat(server.post("/api/v1/spans", RunningServer.JSON, "[{},{}]")
                        .json()
                        .path("detail")
                        .asText())
                .isEqualTo("none of 2 items can be stored; item 0: trace_id: missing");
        assertThat(server.post("/api/v1/spans", RunningServer.JSON, "[{").status())
                .isEqualTo(400);
        assertThat(server.post("/api/v1/spans", RunningServer.JSON, "").status())
                .isEqualTo(400);
        assertThat(server.post("/api/v1/spans", "text/plain", "{}").status()).isEqualTo(415);
    }

    @Test
    void storeTraces_comeBackWhole() {
        TraceEvent trace = TraceEvent.of(
                new UUID(1, 1), RunningServer.TENANT, START.minusSeconds(1), List.of(span(1).build(), span(2).build()));
        TraceEvent empty = TraceEvent.of(new UUID(2, 2), RunningServer.TENANT, START, List.of());
        RunningServer.Answer answer = server.post(
                "/api/v1/traces", RunningServer.NDJSON, TraceJson.write(trace) + "\n" + TraceJson.write(empty));

        assertThat(answer.toString()).isEqualTo("200 {\"stored\":2}");
        for (String id : List.of(trace.traceId().toString(), "00000000000000010000000000000001")) {
            assertThat(TraceJson.readTrace(server.get("/api/v1/traces/" + id).text()))
                    .isEqualTo(trace);
        }
        assertThat(server.get("/api/v1/stats").json().path("total_spans").asInt())
                .isEqualTo(2);
    }

    @Test
    void storeTraces_spansMayLeaveOutWhatTheTraceSays() {
        String trace =
                "{\"trace_id\":\"00000000000000010000000000000001\",\"spans\":[{\"span_id\":\"0000000000000007\","
                        + "\"operation_name\":\"x\",\"start_time\":\"2026-03-01T12:00:00Z\"}]}";

        assertThat(server.post("/api/v1/traces", RunningServer.JSON, trace).status())
                .isEqualTo(200);
        assertThat(server.get("/api/v1/spans/0000000000000007")
                        .json()
                        .path("trace_id")
                        .asText())
                .isEqualTo("00000000-0000-0001-0000-000000000001");
    }

    @Test
    void findTraces_pagesMeetEveryTraceOnce() {
        for (int i = 0; i < 25; i++) {
            server.repository().storeSpan(span(i + 1).traceId(new UUID(9, i)).build());
        }
        List<String> seen = new ArrayList<>();
        JsonNode page = server.get("/api/v1/traces?limit=10&order=oldest_first").json();
        while (true) {
            page.path("data").forEach(trace -> seen.add(trace.path("trace_id").asText()));
            if (!page.has("next_cursor")) {
                break;
            }
            page = server.get("/api/v1/traces?limit=10&order=oldest_first&cursor="
                            + page.path("next_cursor").asText())
                    .json();
        }

        assertThat(seen).hasSize(25).doesNotHaveDuplicates();
        assertThat(server.get("/api/v1/traces?limit=2&offset=24").json().path("data"))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "start_time=2026-03-01T12:00:02Z        | 2",
                "end_time=2026-03-01T12:00:01%2B00:00   | 1",
                "kind=llm                               | 2",
                "session_id=s-1                         | 1",
                "tag.env=prod                           | 1",
                "tag.env=prod&tag.a%3Db%20%C3%BC=%26%3D | 1",
                "tag.env=test                           |",
                "min_duration_ms=5&max_duration_ms=5    | 1",
                "max_cost_usd=0.5                       | 1",
                "status=error                           | 2",
                "text=Hello                             | 1",
                "trace_id=00000000000000010000000000000001&kind=tool | 1"
            })
    void findSpans_filters(String query, String operations) {
        server.repository()
                .storeSpans(List.of(
                        span(1).kind(SpanKind.TOOL)
                                .sessionId("s-1")
                                .tags(Map.of("env", "prod", "a=b ü", "&="))
                                .durationMs(5L)
                                .estimatedCostUsd(0.5)
                                .prompt("hello world")
                                .build(),
                        span(2).kind(SpanKind.LLM).errorMessage("x").build()));

        List<String> found = new ArrayList<>();
        server.get("/api/v1/spans?" + query)
                .json()
                .path("data")
                .forEach(span -> found.add(span.path("operation_name").asText()));
        assertThat(found).isEqualTo(operations == null ? List.of() : List.of(operations));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/api/v1/traces?limit=abc            | limit         | limit: not a number, or out of range: 'abc'",
                "/api/v1/traces?limit=10001          | limit         | limit > 10000: 10001",
                "/api/v1/traces?limit=1&limit=2      | limit         | parameter 'limit' is given more than once",
                "/api/v1/traces?start_time=yesterday | start_time    | start_time: not an RFC 3339 time",
                "/api/v1/traces?start_time=2026-01-02T00:00:00Z&end_time=2026-01-01T00:00:00Z | end_time | end_time < start_time",
                "/api/v1/traces?kind=LLM             | kind          | kind: not a span kind [llm,",
                "/api/v1/traces?status=bad           | status        | status: not a status [ok, error]: 'bad'",
                "/api/v1/traces?trace_id=1           | trace_id      | trace_id: not a trace id",
                "/api/v1/traces?text=%21             | text          | text has no word to search for, only signs: '!'",
                "/api/v1/traces?tag.=x               | tag.          | unknown parameter 'tag.'",
                "/api/v1/traces?min_cost_usd=-1      | min_cost_usd  | min_cost_usd < 0: -1.0",
                "/api/v1/traces?min_cost_usd=NaN     | min_cost_usd  | min_cost_usd: not a number, or out of range: 'NaN'",
                "/api/v1/traces?limit=%D9%A3         | limit         | limit: not a number, or out of range: '\u0663'",
                "/api/v1/traces?limit=4294967297     | limit         | limit: not a number, or out of range: '4294967297'",
                "/api/v1/traces?limit=5&user_id=a%00 |               | the address cannot be decoded: it has %00, or",
                "/api/v1/traces?user_id=%ff          | user_id       | user_id: what its escapes decode to is not UTF-8",
                "/api/v1/traces/%00                  |               | the address cannot be decoded: it has %00, or",
                "/api/v1/traces?cursor=x             | cursor        | cursor is damaged",
                "/api/v1/spans?cursor=x              | cursor        | cursor is damaged",
                "/api/v1/traces?order=up             | order         | order: not an order",
                "/api/v1/export?cursor=x             | cursor        | unknown parameter 'cursor'",
                "/api/v1/export?limit=0              | limit         | limit <= 0: 0",
                "/api/v1/spans/12                    | id            | id: not a span id",
                "/api/v1/spans/0000000000000007?trace_id=x | trace_id | trace_id: not a trace id",
                "/api/v1/stats?x=1                   | x             | unknown parameter 'x'; known are none",
            })
    void badRequests_nameTheParameter(String path, String parameter, String detail) {
        RunningServer.Answer answer = server.get(path);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("parameter").asText()).isEqualTo(parameter == null ? "" : parameter);
        assertThat(answer.json().path("detail").asText()).startsWith(detail);
    }

    @Test
    void retention_isSetAndReturned() {
        assertThat(server.get("/api/v1/retention").text()).isEqualTo("{}");
        assertThat(server.put("/api/v1/retention", "{\"retention_days\":36500}").text())
                .isEqualTo("{\"retention_days\":36500,\"retention_by\":\"start\"}");
        assertThat(server.get("/api/v1/retention").text())
                .isEqualTo("{\"retention_days\":36500,\"retention_by\":\"start\"}");
        assertThat(server.put("/api/v1/retention", "{\"retention_days\":36499,\"retention_by\":\"end\"}")
                        .text())
                .isEqualTo("{\"retention_days\":36499,\"retention_by\":\"end\"}");
        assertThat(server.put("/api/v1/retention", "{\"retention_days\":null}").text())
                .isEqualTo("{}");
    }

    @Test
    void retention_saysWhatItWouldDelete() {
        TraceSpan old =
                span(1).startTime(Instant.now().minus(Duration.ofDays(3))).build();
        TraceSpan late = span(2).startTime(Instant.now().minusSeconds(5)).build();
        server.repository().storeSpans(List.of(old, late));

        assertThat(server.get("/api/v1/retention/expired?retention_days=2").text())
                .isEqualTo("{\"traces\":1,\"spans\":2,\"oldest_trace\":\"" + old.startTime() + "\",\"newest_trace\":\""
                        + old.startTime() + "\"}");
        assertThat(server.get("/api/v1/retention/expired?retention_days=2&retention_by=end")
                        .text())
                .isEqualTo("{\"traces\":0,\"spans\":0}");
        assertThat(server.repository().getTrace(RunningServer.TENANT, old.traceId()))
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                 | retention_days | parameter 'retention_days' is missing",
                "retention_days=0                   | retention_days | retention_days: days not in [1, 36500]: 0",
                "retention_days=x                   | retention_days | retention_days: not a number",
                "retention_days=1&retention_by=last | retention_by   | retention_by: not in [start, end]: 'last'",
            })
    void retention_askedWrongly_namesTheParameter(String query, String parameter, String detail) {
        RunningServer.Answer answer = server.get("/api/v1/retention/expired?" + query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("parameter").asText()).isEqualTo(parameter);
        assertThat(answer.json().path("detail").asText()).startsWith(detail);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"retention_days\":30,\"retention_by\":\"last\"}",
                "{\"retention_days\":30,\"retention_by\":1}",
                "{\"retention_days\":30,\"retention_by\":null}",
                "{\"retention_days\":null,\"retention_by\":\"end\"}"
            })
    void retention_byAWrongTime_isRefusedByName(String body) {
        RunningServer.Answer answer = server.put("/api/v1/retention", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("detail").asText()).startsWith("retention_by: ");
        assertThat(server.get("/api/v1/retention").text()).isEqualTo("{}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "30",
                "null",
                "{\"retention_days\":\"30\"}",
                "{\"retention_days\":1.5}",
                "{\"retention_days\":0}",
                "{\"retention_days\":36501}",
                "{\"retention_days\":99999999999}",
                "{\"retention_days\":30,\"tenant_id\":\"x\"}"
            })
    void retention_thatIsWrong_isRefusedByName(String body) {
        RunningServer.Answer answer = server.put("/api/v1/retention", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("detail").asText()).startsWith("retention_days: ");
        assertThat(server.get("/api/v1/retention").text()).isEqualTo("{}");
    }

    @Test
    void head_isAnsweredAsGetWithoutBody() {
        for (String path : List.of("/health", "/metrics", "/", "/api/v1/traces", "/api/v1/export")) {
            RunningServer.Answer head = server.send(server.request(path).method("HEAD", BodyPublishers.noBody()));

            assertThat(head.status()).as(path).isEqualTo(200);
            assertThat(head.bytes()).as(path).isEmpty();
            assertThat(head.header("content-type"))
                    .as(path)
                    .isEqualTo(server.get(path).header("content-type"));
        }
    }

    @Test
    void actionsOfATrace_areJoinedOverItsSpans() {
        AgentAction requested = AgentAction.builder(AgentActionType.TOOL_CALL, "search", START.plusSeconds(2))
                .arguments("{\"q\":1}")
                .metadata(Map.of(AgentAction.ORIGIN, AgentAction.REQUESTED, "tool_call_id", "c1"))
                .build();
        AgentAction executed = AgentAction.builder(AgentActionType.TOOL_CALL, "search", START.plusSeconds(3))
                .id(new UUID(7, 7))
                .durationMs(5L)
                .metadata(Map.of("tool_call_id", "c1"))
                .build();
        server.repository()
                .storeSpans(List.of(
                        span(1).kind(SpanKind.LLM)
                                .agentActions(List.of(requested))
                                .build(),
                        span(2).kind(SpanKind.TOOL)
                                .agentActions(List.of(executed))
                                .build()));

        assertThat(server.get("/api/v1/traces/" + new UUID(1, 1) + "/actions").toString())
                .isEqualTo("200 {\"data\":[{\"state\":\"executed\",\"id\":\"" + executed.id()
                        + "\",\"action_type\":\"tool_call\",\"name\":\"search\",\"arguments\":\"{\\\"q\\\":1}\",\"duration_ms\":5,"
                        + "\"success\":true,\"timestamp\":\"2026-03-01T12:00:03Z\",\"metadata\":{\"tool_call_id\":\"c1\"},"
                        + "\"requested_by\":\"0000000000000001\",\"executed_by\":\"0000000000000002\"}]}");
    }

    @Test
    void absent_is404() {
        assertThat(server.get("/api/v1/traces/" + UUID.randomUUID() + "/actions")
                        .status())
                .isEqualTo(404);
        assertThat(server.get("/api/v1/traces/" + UUID.randomUUID()).status()).isEqualTo(404);
        assertThat(server.get("/api/v1/spans/0000000000000007")
                        .json()
                        .path("detail")
                        .asText())
                .isEqualTo("no span 0000000000000007");
        RunningServer.Answer put = server.send(server.request("/api/v1/traces").PUT(BodyPublishers.ofString("")));
        assertThat(put.status()).isEqualTo(405);
        assertThat(put.header("allow")).isEqualTo("POST, GET, HEAD, DELETE");
    }

    @Test
    void span_ofSeveralTraces_isTheNewestUnlessATraceIsGiven() {
        server.repository()
                .storeSpans(List.of(
                        span(1).spanId(Ids.spanIdOf(7)).build(),
                        span(2).traceId(new UUID(2, 2)).spanId(Ids.spanIdOf(7)).build()));

        assertThat(server.get("/api/v1/spans/0000000000000007")
                        .json()
                        .path("operation_name")
                        .asText())
                .isEqualTo("2");
        assertThat(server.get("/api/v1/spans/0000000000000007?trace_id=" + new UUID(1, 1))
                        .json()
                        .path("operation_name")
                        .asText())
                .isEqualTo("1");
    }

    @Test
    void span_hasItsChatAndTokensInOneForm() {
        TraceSpan span = span(1).spanId(Ids.spanIdOf(7))
                .kind(SpanKind.LLM)
                .prompt(
                        "[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":[{\"type\":\"text\","
                                + "\"text\":\"Look\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://a/b.png\"}}]}]")
                .response("{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":"
                        + "{\"name\":\"zoom\",\"arguments\":\"{\\\"x\\\":2}\"}}]}")
                .finishReason("tool_call")
                .promptTokens(100L)
                .cacheReadTokens(40L)
                .completionTokens(10L)
                .reasoningTokens(4L)
                .attributes(
                        Map.of(
                                "gen_ai.tool.definitions",
                                "[{\"type\":\"function\",\"function\":{\"name\":\"zoom\",\"parameters\":{\"type\":\"object\"}}}]"))
                .build();
        server.repository().storeSpans(List.of(span));

        RunningServer.Answer answer = server.get("/api/v1/spans/0000000000000007?trace_id=" + span.traceId());

        assertThat(answer.json().path("chat"))
                .hasToString(
                        "{\"system\":[{\"type\":\"text\",\"text\":\"Be brief.\"}],"
                                + "\"input\":[{\"role\":\"system\",\"parts\":[{\"type\":\"text\",\"text\":\"Be brief.\"}]},"
                                + "{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"text\":\"Look\"},"
                                + "{\"type\":\"image\",\"url\":\"https://a/b.png\"}]}],"
                                + "\"output\":[{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"c1\",\"name\":\"zoom\","
                                + "\"arguments\":{\"x\":2}}],\"finish_reason\":\"tool_call\"}],"
                                + "\"tools\":[{\"type\":\"function\",\"name\":\"zoom\",\"parameters\":{\"type\":\"object\"}}]}");
        assertThat(answer.json().path("usage"))
                .hasToString("{\"input\":60,\"cache_read\":40,\"output\":6,\"reasoning\":4,\"total\":110}");
        assertThat(server.post("/api/v1/spans", RunningServer.JSON, answer.text())
                        .toString())
                .isEqualTo("200 {\"stored\":1}");
        assertThat(server.repository().getSpan(RunningServer.TENANT, span.traceId(), span.spanId()))
                .contains(span);
    }

    @Test
    void deletes_sayHowMany() {
        server.repository()
                .storeSpans(List.of(
                        span(1).build(),
                        span(2).traceId(new UUID(2, 2)).build(),
                        span(3).traceId(new UUID(3, 3)).build()));

        assertThat(server.delete("/api/v1/traces/" + new UUID(1, 1)).toString()).isEqualTo("200 {\"deleted\":1}");
        assertThat(server.delete("/api/v1/traces/" + new UUID(1, 1)).toString()).isEqualTo("200 {\"deleted\":0}");
        assertThat(server.delete("/api/v1/traces?before=2026-03-01T12:00:03Z").toString())
                .isEqualTo("200 {\"deleted\":1}");
        assertThat(server.delete("/api/v1/traces").json().path("parameter").asText())
                .isEqualTo("before");
        assertThat(server.get("/api/v1/stats").json().path("total_traces").asInt())
                .isEqualTo(1);
    }

    @Test
    void deletes_takeFilters() {
        server.repository()
                .storeSpans(List.of(
                        span(1).kind(SpanKind.LLM).modelName("a").build(),
                        span(2).traceId(new UUID(2, 2)).kind(SpanKind.LLM).build(),
                        span(3).traceId(new UUID(3, 3)).kind(SpanKind.TOOL).build()));
        String traces = "/api/v1/traces";

        assertThat(server.delete(traces + "?q=").json().path("detail").asText())
                .isEqualTo("no filter given: this would delete every trace");
        assertThat(server.delete(traces + "?kind=llm&before=2026-03-01T12:00:03Z")
                        .status())
                .isEqualTo(400);
        assertThat(server.delete(traces + "?q=modle:a").status()).isEqualTo(400);
        assertThat(server.get("/api/v1/analytics/count").toString()).isEqualTo("200 {\"traces\":3,\"more\":false}");
        assertThat(server.get("/api/v1/analytics/count?up_to=1&kind=llm").toString())
                .isEqualTo("200 {\"traces\":1,\"more\":true}");
        assertThat(server.delete(traces + "?kind=llm&q=-model:a").toString()).isEqualTo("200 {\"deleted\":1}");
        assertThat(server.get("/api/v1/analytics/count").toString()).isEqualTo("200 {\"traces\":2,\"more\":false}");
    }

    @Test
    void export_streamsEveryTraceWhole() {
        List<TraceEvent> traces = new ArrayList<>();
        for (int i = 0; i < 95; i++) {
            TraceEvent trace = TraceEvent.of(
                    new UUID(5, i),
                    RunningServer.TENANT,
                    null,
                    List.of(
                            span(i + 1)
                                    .traceId(new UUID(5, i))
                                    .prompt("x".repeat(20_000) + "\n")
                                    .build(),
                            span(i + 200)
                                    .traceId(new UUID(5, i))
                                    .kind(SpanKind.TOOL)
                                    .build()));
            server.repository().storeTrace(trace);
            traces.add(trace);
        }

        RunningServer.Answer answer = server.get("/api/v1/export?order=oldest_first&kind=tool");
        assertThat(answer.header("content-type")).isEqualTo("application/x-ndjson");
        assertThat(answer.text().lines().map(TraceJson::readTrace).collect(Collectors.toList()))
                .isEqualTo(traces);
        assertThat(server.get("/api/v1/export?limit=43").text().lines()).hasSize(43);
        assertThat(server.post("/api/v1/traces", RunningServer.NDJSON, answer.bytes())
                        .toString())
                .isEqualTo("200 {\"stored\":95}");
    }

    @Test
    void answers_areCompressedWhenAskedFor() {
        server.repository().storeSpan(span(1).prompt("x".repeat(10_000)).build());
        RunningServer.Answer answer = server.send(server.request("/api/v1/spans")
                .header("Accept-Encoding", "gzip")
                .GET());

        assertThat(answer.header("content-encoding")).isEqualTo("gzip");
        assertThat(answer.bytes().length).isLessThan(1_000);
    }

    @Test
    void metrics_countSpansAndRequests() {
        try (RunningServer fresh = RunningServer.inMemory()) {
            String items = "[" + TraceJson.write(span(1).build()) + ",{}]";
            fresh.post("/api/v1/spans", RunningServer.JSON, items);
            fresh.get("/api/v1/traces/" + UUID.randomUUID());

            assertThat(fresh.get("/metrics").text())
                    .contains("llmtrace_spans_total{outcome=\"stored\",protocol=\"rest\"} 1.0")
                    .contains("llmtrace_spans_total{outcome=\"rejected\",protocol=\"rest\"} 1.0")
                    .contains("route=\"/api/v1/traces/:id\",status=\"404\"} 1");
        }
    }

    private static void assertStoresBoth(Supplier<RunningServer.Answer> post, TraceSpan a, TraceSpan b) {
        server.repository().deleteTrace(RunningServer.TENANT, a.traceId());

        assertThat(post.get().toString()).isEqualTo("200 {\"stored\":2}");
        assertThat(server.repository().querySpans(all()).items()).containsExactly(b, a);
    }

    private static TraceQuery all() {
        return TraceQuery.builder(RunningServer.TENANT).build();
    }

    /** Returns a span of one trace, named by its number, which starts that many seconds after {@code START}. */
    private static TraceSpan.Builder span(int number) {
        return TraceSpan.builder(
                RunningServer.TENANT,
                new UUID(1, 1),
                Ids.spanIdOf(number),
                String.valueOf(number),
                START.plusSeconds(number));
    }
}
