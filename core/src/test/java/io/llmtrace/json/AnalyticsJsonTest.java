package io.llmtrace.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Severity;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.Percentiles;
import io.llmtrace.storage.analytics.SessionSummary;
import io.llmtrace.storage.analytics.Timeline;
import io.llmtrace.storage.analytics.ValueMeasures;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What analytics give is written flat, and reads back as it was. */
class AnalyticsJsonTest {

    private static final Instant TIME = Instant.parse("2026-03-01T12:00:00Z");
    private static final Measures ALL = new Measures(9, 1, 10L, 20L, 30L, 0.5, new Percentiles(1, 2, 3));
    private static final Measures FEW = new Measures(1, 0, null, null, null, null, null);
    private static final String ALL_JSON =
            "\"spans\":9,\"errors\":1,\"prompt_tokens\":10,\"completion_tokens\":20,\"total_tokens\":30,\"cost_usd\":0.5,"
                    + "\"duration_ms\":{\"p50\":1,\"p95\":2,\"p99\":3}";
    private static final String FEW_JSON = "\"spans\":1,\"errors\":0";

    @Test
    void valueMeasures() {
        assertJson(new ValueMeasures("gpt", ALL), "{\"value\":\"gpt\"," + ALL_JSON + "}");
        assertJson(new ValueMeasures(null, FEW), "{" + FEW_JSON + "}");
    }

    @Test
    void sessionSummary() {
        assertJson(
                new SessionSummary("s", "ann", TIME, TIME.plusSeconds(1), 2, ALL),
                "{\"session_id\":\"s\",\"user_id\":\"ann\",\"first_time\":\"2026-03-01T12:00:00Z\","
                        + "\"last_time\":\"2026-03-01T12:00:01Z\",\"traces\":2," + ALL_JSON + "}");
    }

    @Test
    void timeline() {
        Timeline.Bucket bucket = new Timeline.Bucket(TIME, ALL);
        assertJson(
                new Timeline(
                        TIME,
                        TIME.plusSeconds(60),
                        60_000L,
                        ALL,
                        List.of(
                                new Timeline.Group("gpt", false, ALL, List.of(bucket)),
                                new Timeline.Group(null, true, FEW, List.of()))),
                "{\"start\":\"2026-03-01T12:00:00Z\",\"end\":\"2026-03-01T12:01:00Z\",\"bucket_ms\":60000,\"total\":{"
                        + ALL_JSON + "},\"groups\":[{\"value\":\"gpt\",\"rest\":false,\"total\":{" + ALL_JSON
                        + "},\"buckets\":[{\"time\":\"2026-03-01T12:00:00Z\"," + ALL_JSON
                        + "}]},{\"rest\":true,\"total\":{" + FEW_JSON + "},\"buckets\":[]}]}");
        assertJson(
                new Timeline(null, null, null, Measures.NONE, List.of()),
                "{\"total\":{\"spans\":0,\"errors\":0},\"groups\":[]}");
    }

    @Test
    void findingAndActionCounts() {
        assertJson(
                new FindingCount("pii", Severity.HIGH, 3, 2, TIME),
                "{\"finding_type\":\"pii\",\"severity\":\"High\",\"findings\":3,\"spans\":2,"
                        + "\"last_time\":\"2026-03-01T12:00:00Z\"}");
        assertJson(
                new ActionCount(AgentActionType.TOOL_CALL, "search", 4, 5, 1, 3, new Percentiles(1, 2, 3)),
                "{\"action_type\":\"tool_call\",\"name\":\"search\",\"actions\":4,\"requested\":5,\"failures\":1,"
                        + "\"failure_rate\":0.25,\"spans\":3,\"duration_ms\":{\"p50\":1,\"p95\":2,\"p99\":3}}");
        assertJson(
                new ActionCount(AgentActionType.TOOL_CALL, "search", 0, 5, 0, 3, null),
                "{\"action_type\":\"tool_call\",\"name\":\"search\",\"actions\":0,\"requested\":5,\"failures\":0,"
                        + "\"failure_rate\":0.0,\"spans\":3}");
    }

    private static void assertJson(Object value, String json) {
        assertThat(TraceJson.write(value)).isEqualTo(json);
        assertThat((Object) TraceJson.read(json, value.getClass())).isEqualTo(value);
    }
}
