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
import io.llmtrace.storage.analytics.TraceTimeline;
import io.llmtrace.storage.analytics.ValueMeasures;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests that the results of analytics are written as flat objects and read back equal. */
class AnalyticsJsonTest {

    private static final Instant TIME = Instant.parse("2026-03-01T12:00:00Z");
    private static final Measures ALL = Measures.builder()
            .spans(9)
            .errors(1)
            .promptTokens(10L)
            .completionTokens(20L)
            .totalTokens(30L)
            .costUsd(0.5)
            .durationMs(new Percentiles(1, 2, 3))
            .build();
    private static final Measures FEW = Measures.builder().spans(1).build();
    private static final String ALL_JSON =
            "\"spans\":9,\"errors\":1,\"prompt_tokens\":10,\"completion_tokens\":20,\"total_tokens\":30,\"cost_usd\":0.5,"
                    + "\"duration_ms\":{\"p50\":1,\"p95\":2,\"p99\":3}";
    private static final String FEW_JSON = "\"spans\":1,\"errors\":0";

    @Test
    void valueMeasures() {
        assertJson(ValueMeasures.class, new ValueMeasures("gpt", ALL), "{\"value\":\"gpt\"," + ALL_JSON + "}");
        assertJson(ValueMeasures.class, new ValueMeasures(null, FEW), "{" + FEW_JSON + "}");
    }

    @Test
    void sessionSummary() {
        assertJson(
                SessionSummary.class,
                SessionSummary.builder("s", TIME, TIME.plusSeconds(1), ALL)
                        .userId("ann")
                        .traces(2)
                        .build(),
                "{\"session_id\":\"s\",\"user_id\":\"ann\",\"first_time\":\"2026-03-01T12:00:00Z\","
                        + "\"last_time\":\"2026-03-01T12:00:01Z\",\"traces\":2," + ALL_JSON + "}");
    }

    @Test
    void traceTimeline() {
        assertJson(
                TraceTimeline.class,
                TraceTimeline.builder()
                        .start(TIME)
                        .end(TIME.plusSeconds(60))
                        .bucketMs(60_000L)
                        .buckets(List.of(TraceTimeline.Bucket.of(TIME, 3, 1)))
                        .build(),
                "{\"start\":\"2026-03-01T12:00:00Z\",\"end\":\"2026-03-01T12:01:00Z\",\"bucket_ms\":60000,\"traces\":3,"
                        + "\"errors\":1,\"buckets\":[{\"time\":\"2026-03-01T12:00:00Z\",\"traces\":3,\"errors\":1}]}");
        assertJson(TraceTimeline.class, TraceTimeline.builder().build(), "{\"traces\":0,\"errors\":0,\"buckets\":[]}");
    }

    @Test
    void timeline() {
        Timeline.Bucket bucket = Timeline.Bucket.of(TIME, ALL);
        assertJson(
                Timeline.class,
                Timeline.builder(ALL)
                        .start(TIME)
                        .end(TIME.plusSeconds(60))
                        .bucketMs(60_000L)
                        .groups(List.of(
                                Timeline.Group.builder(ALL)
                                        .value("gpt")
                                        .buckets(List.of(bucket))
                                        .build(),
                                Timeline.Group.builder(FEW).other(true).build()))
                        .build(),
                "{\"start\":\"2026-03-01T12:00:00Z\",\"end\":\"2026-03-01T12:01:00Z\",\"bucket_ms\":60000,\"total\":{"
                        + ALL_JSON + "},\"groups\":[{\"value\":\"gpt\",\"other\":false,\"total\":{" + ALL_JSON
                        + "},\"buckets\":[{\"time\":\"2026-03-01T12:00:00Z\"," + ALL_JSON
                        + "}]},{\"other\":true,\"total\":{" + FEW_JSON + "},\"buckets\":[]}]}");
        assertJson(
                Timeline.class,
                Timeline.builder(Measures.NONE).build(),
                "{\"total\":{\"spans\":0,\"errors\":0},\"groups\":[]}");
    }

    @Test
    void findingAndActionCounts() {
        assertJson(
                FindingCount.class,
                FindingCount.builder("pii", Severity.HIGH, TIME)
                        .findings(3)
                        .spans(2)
                        .build(),
                "{\"finding_type\":\"pii\",\"severity\":\"High\",\"findings\":3,\"spans\":2,"
                        + "\"last_time\":\"2026-03-01T12:00:00Z\"}");
        assertJson(
                ActionCount.class,
                ActionCount.builder(AgentActionType.TOOL_CALL, "search")
                        .actions(4)
                        .requested(5)
                        .failures(1)
                        .spans(3)
                        .durationMs(new Percentiles(1, 2, 3))
                        .build(),
                "{\"action_type\":\"tool_call\",\"name\":\"search\",\"actions\":4,\"requested\":5,\"failures\":1,"
                        + "\"failure_rate\":0.25,\"spans\":3,\"duration_ms\":{\"p50\":1,\"p95\":2,\"p99\":3}}");
        assertJson(
                ActionCount.class,
                ActionCount.builder(AgentActionType.TOOL_CALL, "search")
                        .requested(5)
                        .spans(3)
                        .build(),
                "{\"action_type\":\"tool_call\",\"name\":\"search\",\"actions\":0,\"requested\":5,\"failures\":0,"
                        + "\"failure_rate\":0.0,\"spans\":3}");
    }

    private static <T> void assertJson(Class<T> type, T value, String json) {
        assertThat(TraceJson.write(value)).isEqualTo(json);
        assertThat(TraceJson.read(json, type)).isEqualTo(value);
    }
}
