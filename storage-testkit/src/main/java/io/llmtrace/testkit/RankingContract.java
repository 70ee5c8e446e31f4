package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.Percentiles;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.SessionSummary;
import io.llmtrace.storage.analytics.Slice;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Ranked lists: conversations, findings, actions, and the largest spans and traces. */
abstract class RankingContract extends AnalyticsTest {

    RankingContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void sessions_areConversations() {
        UUID trace = UUID.randomUUID();
        store(
                at(NOON.plusSeconds(5))
                        .sessionId("a")
                        .userId("late")
                        .traceId(trace)
                        .totalTokens(3L)
                        .build(),
                at(NOON.plusSeconds(4))
                        .sessionId("a")
                        .userId("early")
                        .traceId(trace)
                        .totalTokens(4L)
                        .build(),
                at(NOON.plusSeconds(1))
                        .sessionId("a")
                        .durationMs(8L)
                        .errorMessage("no")
                        .build(),
                at(NOON.plusSeconds(9)).sessionId("b").estimatedCostUsd(1.0).build(),
                at(NOON.plusSeconds(5)).sessionId("").build(),
                at(NOON.plusSeconds(20)).build());
        SessionSummary a = SessionSummary.builder(
                        "a",
                        NOON.plusSeconds(1),
                        NOON.plusSeconds(5),
                        Measures.builder()
                                .spans(3)
                                .errors(1)
                                .totalTokens(7L)
                                .durationMs(new Percentiles(8, 8, 8))
                                .build())
                .userId("early")
                .traces(2)
                .build();
        SessionSummary b = SessionSummary.builder(
                        "b",
                        NOON.plusSeconds(9),
                        NOON.plusSeconds(9),
                        Measures.builder().spans(1).costUsd(1.0).build())
                .traces(1)
                .build();
        SessionSummary empty = SessionSummary.builder(
                        "",
                        NOON.plusSeconds(5),
                        NOON.plusSeconds(5),
                        Measures.builder().spans(1).build())
                .traces(1)
                .build();
        verify(() -> {
            assertThat(analytics().sessions(query().build(), SessionOrder.LAST_TIME))
                    .isEqualTo(new Slice<>(List.of(b, empty, a), null));
            assertThat(analytics().sessions(query().build(), SessionOrder.SPANS).items())
                    .containsExactly(a, empty, b);
            assertThat(analytics()
                            .sessions(query().build(), SessionOrder.ERRORS)
                            .items())
                    .containsExactly(a, empty, b);
            assertThat(analytics()
                            .sessions(query().build(), SessionOrder.TOTAL_TOKENS)
                            .items())
                    .containsExactly(a, empty, b);
            assertThat(analytics()
                            .sessions(query().build(), SessionOrder.COST_USD)
                            .items())
                    .containsExactly(b, empty, a);
            assertThat(analytics().sessions(query().limit(2).build(), SessionOrder.LAST_TIME))
                    .isEqualTo(new Slice<>(List.of(b, empty), 2));
            assertThat(analytics().sessions(query().limit(2).offset(2).build(), SessionOrder.LAST_TIME))
                    .isEqualTo(new Slice<>(List.of(a), null));
            assertThat(analytics().sessions(query().offset(3).build(), SessionOrder.SPANS))
                    .isEqualTo(new Slice<>(List.of(), null));
            assertThat(analytics()
                            .sessions(query().status(SpanStatus.ERROR).build(), SessionOrder.LAST_TIME)
                            .items())
                    .containsExactly(SessionSummary.builder(
                                    "a",
                                    NOON.plusSeconds(1),
                                    NOON.plusSeconds(1),
                                    Measures.builder()
                                            .spans(1)
                                            .errors(1)
                                            .durationMs(new Percentiles(8, 8, 8))
                                            .build())
                            .traces(1)
                            .build());
        });
    }

    @Test
    void findings_areCountedBySeverityAndType() {
        store(
                at(NOON).securityFindings(List.of(
                                finding(Severity.LOW, "pii"),
                                finding(Severity.LOW, "pii"),
                                finding(Severity.HIGH, "pii"),
                                finding(Severity.CRITICAL, "jailbreak")))
                        .build(),
                at(NOON.plusSeconds(1))
                        .securityFindings(List.of(finding(Severity.HIGH, "leak"), finding(Severity.LOW, "pii")))
                        .build(),
                at(NOON.plusSeconds(2)).build());
        verify(() -> {
            assertThat(analytics().findings(query().build()))
                    .containsExactly(
                            count("jailbreak", Severity.CRITICAL, 1, 1, NOON),
                            count("leak", Severity.HIGH, 1, 1, NOON.plusSeconds(1)),
                            count("pii", Severity.HIGH, 1, 1, NOON),
                            count("pii", Severity.LOW, 3, 2, NOON.plusSeconds(1)));
            assertThat(analytics().findings(query().findingType("leak").limit(1).build()))
                    .containsExactly(count("leak", Severity.HIGH, 1, 1, NOON.plusSeconds(1)));
            assertThat(analytics().findings(query().findingType("none").build()))
                    .isEmpty();
        });
    }

    @Test
    void actions_areCountedByTypeAndName() {
        store(
                at(NOON).agentActions(List.of(
                                action(AgentActionType.TOOL_CALL, "search", 5L, true),
                                action(AgentActionType.TOOL_CALL, "search", 9L, false),
                                action(AgentActionType.WEB_ACCESS, "search", null, false)))
                        .build(),
                at(NOON).agentActions(List.of(
                                action(AgentActionType.TOOL_CALL, "search", 7L, true),
                                action(AgentActionType.TOOL_CALL, "", 0L, true)))
                        .build(),
                at(NOON).build());
        ActionCount search = ActionCount.builder(AgentActionType.TOOL_CALL, "search")
                .actions(3)
                .failures(1)
                .spans(2)
                .durationMs(new Percentiles(7, 9, 9))
                .build();
        verify(() -> {
            assertThat(analytics().actions(query().build()))
                    .containsExactly(
                            search,
                            ActionCount.builder(AgentActionType.TOOL_CALL, "")
                                    .actions(1)
                                    .spans(1)
                                    .durationMs(new Percentiles(0, 0, 0))
                                    .build(),
                            ActionCount.builder(AgentActionType.WEB_ACCESS, "search")
                                    .actions(1)
                                    .failures(1)
                                    .spans(1)
                                    .build());
            assertThat(analytics().actions(query().build()))
                    .extracting(ActionCount::failureRate)
                    .containsExactly(1 / 3.0, 0.0, 1.0);
            assertThat(analytics().actions(query().limit(1).build())).containsExactly(search);
            assertThat(analytics().actions(query().modelName("none").build())).isEmpty();
        });
    }

    @Test
    void actions_thatAreOnlyAskedFor_areCountedApartFromThoseDone() {
        AgentActionType tool = AgentActionType.TOOL_CALL;
        store(
                at(NOON).agentActions(List.of(
                                requested(tool, "search"),
                                requested(tool, "search"),
                                action(tool, "search", 4L, false),
                                requested(tool, "later")))
                        .build(),
                at(NOON).agentActions(List.of(action(tool, "search", 5L, true))).build(),
                at(NOON).agentActions(List.of(
                                AgentAction.builder(tool, "search", NOON)
                                        .durationMs(900L)
                                        .success(false)
                                        .metadata(requested(tool, "search").metadata())
                                        .build(),
                                requested(tool, "never"),
                                requested(tool, "never"),
                                requested(AgentActionType.WEB_ACCESS, "later")))
                        .build(),
                at(NOON).agentActions(List.of(
                                AgentAction.builder(tool, "run", NOON)
                                        .metadata(Map.of(AgentAction.ORIGIN, AgentAction.EXECUTED))
                                        .build(),
                                AgentAction.builder(tool, "look", NOON)
                                        .metadata(Map.of("asked", AgentAction.REQUESTED))
                                        .build()))
                        .build());
        verify(() -> {
            assertThat(analytics().actions(query().build()))
                    .containsExactly(
                            ActionCount.builder(tool, "search")
                                    .actions(2)
                                    .requested(3)
                                    .failures(1)
                                    .spans(3)
                                    .durationMs(new Percentiles(4, 5, 5))
                                    .build(),
                            ActionCount.builder(tool, "look")
                                    .actions(1)
                                    .spans(1)
                                    .build(),
                            ActionCount.builder(tool, "run").actions(1).spans(1).build(),
                            ActionCount.builder(tool, "never")
                                    .requested(2)
                                    .spans(1)
                                    .build(),
                            ActionCount.builder(tool, "later")
                                    .requested(1)
                                    .spans(1)
                                    .build(),
                            ActionCount.builder(AgentActionType.WEB_ACCESS, "later")
                                    .requested(1)
                                    .spans(1)
                                    .build());
            assertThat(analytics().actions(query().build()))
                    .extracting(ActionCount::failureRate)
                    .containsExactly(0.5, 0.0, 0.0, 0.0, 0.0, 0.0);
        });
    }

    @Test
    void rankedSpans_largestFirst_thenNewest_thoseWithoutLast() {
        TraceSpan slow = at(NOON).traceId(new UUID(-1, 1)).durationMs(9L).build(); // ids are unsigned
        TraceSpan older = at(NOON).traceId(new UUID(1, 1))
                .durationMs(5L)
                .estimatedCostUsd(0.2)
                .build();
        TraceSpan newer = at(NOON.plusSeconds(1)).durationMs(5L).totalTokens(0L).build();
        TraceSpan without = at(NOON.plusSeconds(2)).totalTokens(7L).build();
        store(slow, older, newer, without);
        verify(() -> {
            assertThat(rankedSpans(query().build(), Ranking.DURATION)).containsExactly(slow, newer, older, without);
            assertThat(rankedSpans(query().build(), Ranking.COST)).containsExactly(older, without, newer, slow);
            assertThat(rankedSpans(query().build(), Ranking.TOKENS)).containsExactly(without, newer, slow, older);
            assertThat(analytics()
                            .rankedSpans(query().limit(3).build(), Ranking.DURATION)
                            .nextOffset())
                    .isEqualTo(3);
            assertThat(analytics().rankedSpans(query().limit(3).offset(3).build(), Ranking.DURATION))
                    .isEqualTo(new Slice<>(List.of(SpanOutline.of(without)), null));
            assertThat(rankedSpans(query().minDurationMs(6L).build(), Ranking.DURATION))
                    .containsExactly(slow);
        });
    }

    @Test
    void rankedTraces_goByTheFiguresOfTheWholeTrace() {
        TraceEvent parted = TraceEvent.ofSpans(List.of(
                usage(new UUID(1, 1), SpanKind.AGENT, 900),
                usage(new UUID(1, 1), SpanKind.LLM, 100).toBuilder()
                        .modelName("m")
                        .build(),
                usage(new UUID(1, 1), SpanKind.LLM, 200).toBuilder()
                        .endTime(Samples.START.plusSeconds(2))
                        .build()));
        TraceEvent agent = TraceEvent.ofSpans(List.of(
                usage(new UUID(2, 2), SpanKind.AGENT, 400),
                usage(new UUID(2, 2), SpanKind.CHAIN, 250).toBuilder()
                        .modelName("m")
                        .build()));
        TraceEvent none =
                TraceEvent.ofSpans(List.of(at(Samples.START).modelName("m").build()));
        TraceEvent later = TraceEvent.ofSpans(List.of(at(Samples.START.plusSeconds(1))
                .endTime(Samples.START.plusSeconds(2))
                .build()));
        TraceEvent empty = TraceEvent.of(new UUID(3, 3), tenant, Samples.START.minusSeconds(1), List.of());
        for (TraceEvent trace : List.of(parted, agent, none, later, empty)) {
            repository.storeTrace(trace);
        }
        verify(() -> {
            assertThat(rankedTraces(query().build(), Ranking.COST)).containsExactly(agent, parted, later, none, empty);
            assertThat(rankedTraces(query().build(), Ranking.TOKENS))
                    .containsExactly(agent, parted, later, none, empty);
            assertThat(rankedTraces(query().modelName("m").build(), Ranking.TOKENS))
                    .containsExactly(agent, parted, none);
            assertThat(rankedTraces(query().limit(2).build(), Ranking.DURATION)).containsExactly(parted, later);
            assertThat(analytics()
                            .rankedTraces(query().limit(2).build(), Ranking.DURATION)
                            .nextOffset())
                    .isEqualTo(2);
            assertThat(rankedTraces(query().traceId(none.traceId()).build(), Ranking.COST))
                    .containsExactly(none);
        });
    }

    private static FindingCount count(String type, Severity severity, long findings, long spans, Instant lastTime) {
        return FindingCount.builder(type, severity, lastTime)
                .findings(findings)
                .spans(spans)
                .build();
    }
}
