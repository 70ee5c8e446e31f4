package io.llmtrace.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class TraceQueryTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final UUID TENANT = new UUID(1, 1);
    private static final UUID TRACE = new UUID(2, 2);

    static List<Arguments> refused() {
        return List.of(
                refused("limit <= 0: -5", q -> q.limit(-5)),
                refused("limit <= 0: 0", q -> q.limit(0)),
                refused("limit > 10000: 10001", q -> q.limit(10_001)),
                refused("offset < 0: -1", q -> q.offset(-1)),
                refused("offset with a cursor: 3", q -> q.offset(3).cursor("x")),
                refused(
                        "end_time < start_time: 2026-03-01T12:00:00Z < 2026-03-01T12:00:00.000000001Z",
                        q -> q.startTime(START.plusNanos(1)).endTime(START)),
                refused("min_security_score not in [0, 100]: -1", q -> q.minSecurityScore(-1)),
                refused("max_security_score not in [0, 100]: 101", q -> q.maxSecurityScore(101)),
                refused("min_duration_ms < 0: -1", q -> q.minDurationMs(-1L)),
                refused("max_duration_ms < 0: -1", q -> q.maxDurationMs(-1L)),
                refused("min_cost_usd < 0: -0.1", q -> q.minCostUsd(-0.1)),
                refused("max_cost_usd < 0: NaN", q -> q.maxCostUsd(Double.NaN)),
                refused(
                        "max_security_score < min_security_score: 10 < 20",
                        q -> q.minSecurityScore(20).maxSecurityScore(10)),
                refused(
                        "max_duration_ms < min_duration_ms: 1 < 2",
                        q -> q.minDurationMs(2L).maxDurationMs(1L)),
                refused(
                        "max_cost_usd < min_cost_usd: 0.1 < 0.2",
                        q -> q.minCostUsd(0.2).maxCostUsd(0.1)),
                refused("text has no word to search for, only signs: ' -- '", q -> q.text(" -- ")),
                refused("text has no word to search for, only signs: ''", q -> q.text("")));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void build_refuses(String message, UnaryOperator<TraceQuery.Builder> edit) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> edit.apply(query()).build())
                .withMessage(message);
    }

    @Test
    void nulls_areNamed() {
        assertThatNullPointerException()
                .isThrownBy(() -> TraceQuery.builder(null))
                .withMessage("tenantId");
        assertThatNullPointerException().isThrownBy(() -> query().order(null)).withMessage("order");
        assertThatNullPointerException().isThrownBy(() -> query().tags(null)).withMessage("tags");
        assertThatNullPointerException()
                .isThrownBy(() -> query().tag(null, "x"))
                .withMessage("key");
        assertThatNullPointerException()
                .isThrownBy(() -> query().tag("x", null))
                .withMessage("value");
    }

    /** Returns for each filter a span that passes and spans that do not. */
    static List<Arguments> filters() {
        return List.of(
                filter("start_time", q -> q.startTime(START), s -> s, s -> s.startTime(START.minusNanos(1))),
                filter("end_time", q -> q.endTime(START), s -> s, s -> s.startTime(START.plusNanos(1))),
                filter(
                        "provider",
                        q -> q.provider(LlmProvider.OPENAI),
                        s -> s.provider(LlmProvider.OPENAI),
                        s -> s.provider(new LlmProvider("openai")),
                        s -> s),
                filter("model_name", q -> q.modelName("m"), s -> s.modelName("m"), s -> s.modelName("M"), s -> s),
                filter("operation_name", q -> q.operationName("chat"), s -> s, s -> s.operationName("chat ")),
                filter(
                        "has.model_name",
                        q -> q.has(SpanField.MODEL_NAME),
                        s -> s.modelName(""),
                        s -> s,
                        s -> s.provider(LlmProvider.OPENAI)),
                filter(
                        "has.model_name=false",
                        q -> q.lacks(SpanField.MODEL_NAME),
                        s -> s,
                        s -> s.modelName(""),
                        s -> s.modelName("m")),
                filter("has.tags", q -> q.has(SpanField.TAGS), s -> s.tags(Map.of("", "")), s -> s.tags(Map.of())),
                filter(
                        "has.agent_actions=false",
                        q -> q.lacks(SpanField.AGENT_ACTIONS),
                        s -> s.agentActions(List.of()),
                        s -> s.agentActions(List.of(AgentAction.builder(AgentActionType.TOOL_CALL, "", START)
                                .build()))),
                filter(
                        "has.tag.a",
                        q -> q.has(SpanField.tag("a")),
                        s -> s.tags(Map.of("a", "")),
                        s -> s.tags(Map.of("b", "a"))),
                filter("kind", q -> q.kind(SpanKind.LLM), s -> s.kind(SpanKind.LLM), s -> s),
                filter("trace_id", q -> q.traceId(TRACE), s -> s, s -> s.traceId(new UUID(2, 3))),
                filter("session_id", q -> q.sessionId("x"), s -> s.sessionId("x"), s -> s.sessionId(""), s -> s),
                filter("user_id", q -> q.userId("x"), s -> s.userId("x"), s -> s.sessionId("x"), s -> s),
                filter("service_name", q -> q.serviceName("x"), s -> s.serviceName("x"), s -> s.userId("x"), s -> s),
                filter(
                        "tags",
                        q -> q.tag("a", "1").tag("b", "2"),
                        s -> s.tags(Map.of("a", "1", "b", "2", "c", "3")),
                        s -> s.tags(Map.of("a", "1")),
                        s -> s.tags(Map.of("a", "2", "b", "1"))),
                filter(
                        "min_security_score",
                        q -> q.minSecurityScore(50),
                        s -> s.securityScore(50),
                        s -> s.securityScore(49),
                        s -> s),
                filter(
                        "max_security_score",
                        q -> q.maxSecurityScore(50),
                        s -> s.securityScore(50),
                        s -> s.securityScore(51),
                        s -> s),
                filter(
                        "finding_type",
                        q -> q.findingType("pii"),
                        s -> s.addSecurityFinding(SecurityFinding.of(Severity.LOW, "pii", "", START)),
                        s -> s.addSecurityFinding(SecurityFinding.of(Severity.LOW, "PII", "", START)),
                        s -> s),
                filter(
                        "finding_severity",
                        q -> q.findingType("pii").findingSeverity(Severity.LOW),
                        s -> s.addSecurityFinding(SecurityFinding.of(Severity.LOW, "pii", "", START)),
                        s -> s.addSecurityFinding(SecurityFinding.of(Severity.HIGH, "pii", "", START))
                                .addSecurityFinding(SecurityFinding.of(Severity.LOW, "PII", "", START)),
                        s -> s),
                filter(
                        "action_name",
                        q -> q.actionName("search"),
                        s -> s.agentActions(List.of(action("search"))),
                        s -> s.agentActions(List.of(action("Search"))),
                        s -> s),
                filter(
                        "min_duration_ms",
                        q -> q.minDurationMs(5L),
                        s -> s.durationMs(5L),
                        s -> s.durationMs(4L),
                        s -> s),
                filter(
                        "max_duration_ms",
                        q -> q.maxDurationMs(5L),
                        s -> s.durationMs(5L),
                        s -> s.durationMs(6L),
                        s -> s),
                filter(
                        "min_cost_usd",
                        q -> q.minCostUsd(0.1),
                        s -> s.estimatedCostUsd(0.1),
                        s -> s.estimatedCostUsd(Math.nextDown(0.1)),
                        s -> s),
                filter(
                        "max_cost_usd",
                        q -> q.maxCostUsd(0.1),
                        s -> s.estimatedCostUsd(0.1),
                        s -> s.estimatedCostUsd(Math.nextUp(0.1)),
                        s -> s),
                filter("status error", q -> q.status(SpanStatus.ERROR), s -> s.errorMessage(""), s -> s),
                filter("status ok", q -> q.status(SpanStatus.OK), s -> s, s -> s.statusCode(400)),
                filter(
                        "text",
                        q -> q.text("Red green"),
                        s -> s.prompt("green").response("RED!"),
                        s -> s.prompt("red"),
                        s -> s));
    }

    @ParameterizedTest
    @MethodSource("filters")
    void matches(
            String name,
            UnaryOperator<TraceQuery.Builder> filter,
            UnaryOperator<TraceSpan.Builder> passing,
            List<UnaryOperator<TraceSpan.Builder>> failing) {
        TraceQuery query = filter.apply(query()).build();
        TraceSpan wanted = passing.apply(span()).build();
        assertThat(query.matches(wanted)).isTrue();
        assertThat(query.matches(TraceEvent.ofSpans(List.of(wanted)))).isTrue();
        assertThat(query.matches(wanted.toBuilder().tenantId(new UUID(1, 2)).build()))
                .isFalse();
        assertThat(failing).allSatisfy(edit -> {
            TraceSpan twin = edit.apply(span()).build();
            assertThat(query.matches(twin)).isFalse();
            assertThat(query.matches(TraceEvent.ofSpans(List.of(twin)))).isFalse();
        });
        assertThat(query.filtersSpans()).isEqualTo(!name.equals("trace_id"));
        assertThat(query.toBuilder().build()).isEqualTo(query);
    }

    @Test
    void matches_boundsAreInclusiveAlsoAtZero() {
        TraceSpan free = span().estimatedCostUsd(0.0).build();
        assertThat(query().minCostUsd(0.0).maxCostUsd(0.0).build().matches(free))
                .isTrue();
        assertThat(query().minCostUsd(-0.0).maxCostUsd(-0.0).build().matches(free))
                .isTrue();
        assertThat(query().minCostUsd(0.0)
                        .build()
                        .matches(span().estimatedCostUsd(-0.0).build()))
                .isTrue();
    }

    @Test
    void matches_allFiltersOnOneSpan() {
        TraceQuery query = query().modelName("m").kind(SpanKind.LLM).build();
        TraceSpan model = span().modelName("m").build();
        TraceSpan kind = span().spanId(new UUID(9, 9)).kind(SpanKind.LLM).build();
        assertThat(query.matches(TraceEvent.ofSpans(List.of(model, kind)))).isFalse();
        assertThat(query.matches(TraceEvent.ofSpans(
                        List.of(model, kind.toBuilder().modelName("m").build()))))
                .isTrue();
    }

    @Test
    void matches_traceWithoutSpans() {
        TraceEvent empty = TraceEvent.of(TRACE, TENANT, START, List.of());
        assertThat(query().build().matches(empty)).isTrue();
        assertThat(query().traceId(TRACE).build().matches(empty)).isTrue();
        assertThat(query().traceId(new UUID(2, 3)).build().matches(empty)).isFalse();
        assertThat(query().startTime(START).build().matches(empty)).isFalse();
        assertThat(query().status(SpanStatus.OK).build().matches(empty)).isFalse();
        assertThat(TraceQuery.builder(new UUID(1, 2)).build().matches(empty)).isFalse();
    }

    @Test
    void tags_areCopiedAndChecked() {
        assertThatNullPointerException()
                .isThrownBy(
                        () -> query().tags(Collections.singletonMap("k", null)).build())
                .withMessage("tags.k");
    }

    @Test
    void next_continuesOrEnds() {
        TraceQuery query = query().limit(7).offset(3).modelName("m").build();
        assertThat(query.next(new Page<>(List.of(), null))).isEmpty();
        assertThat(query.next(new Page<>(List.of("x"), "there")))
                .contains(query().limit(7).cursor("there").modelName("m").build());
    }

    @Test
    void toString_hasFiltersButNoText() {
        assertThat(query().modelName("m")
                        .kind(SpanKind.LLM)
                        .tag("env", "secret")
                        .text("secret words")
                        .cursor("secret")
                        .status(SpanStatus.ERROR)
                        .build()
                        .toString())
                .isEqualTo("TraceQuery[tenant_id=00000000-0000-0001-0000-000000000001 kind=llm model_name=m"
                        + " status=error text=2 words tags=[env] limit=50 cursor=yes order=newest_first]");
    }

    private static TraceQuery.Builder query() {
        return TraceQuery.builder(TENANT);
    }

    private static TraceSpan.Builder span() {
        return TraceSpan.builder(TENANT, TRACE, new UUID(3, 3), "chat", START);
    }

    private static AgentAction action(String name) {
        return AgentAction.builder(AgentActionType.TOOL_CALL, name, START).build();
    }

    private static Arguments refused(String message, UnaryOperator<TraceQuery.Builder> edit) {
        return Arguments.of(message, edit);
    }

    @SafeVarargs
    private static Arguments filter(
            String name,
            UnaryOperator<TraceQuery.Builder> filter,
            UnaryOperator<TraceSpan.Builder> passing,
            UnaryOperator<TraceSpan.Builder>... failing) {
        return Arguments.of(name, filter, passing, List.of(failing));
    }
}
