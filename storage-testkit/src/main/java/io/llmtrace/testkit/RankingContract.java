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
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What stands in lists: conversations, findings, actions, the largest spans and traces. */
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
        SessionSummary a = new SessionSummary(
                "a",
                "early",
                NOON.plusSeconds(1),
                NOON.plusSeconds(5),
                2,
                new Measures(3, 1, null, null, 7L, null, new Percentiles(8, 8, 8)));
        SessionSummary b = new SessionSummary(
                "b",
                null,
                NOON.plusSeconds(9),
                NOON.plusSeconds(9),
                1,
                new Measures(1, 0, null, null, null, 1.0, null));
        SessionSummary empty = new SessionSummary(
                "",
                null,
                NOON.plusSeconds(5),
                NOON.plusSeconds(5),
                1,
                new Measures(1, 0, null, null, null, null, null));
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
                    .containsExactly(new SessionSummary(
                            "a",
                            null,
                            NOON.plusSeconds(1),
                            NOON.plusSeconds(1),
                            1,
                            new Measures(1, 1, null, null, null, null, new Percentiles(8, 8, 8))));
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
                            new FindingCount("jailbreak", Severity.CRITICAL, 1, 1, NOON),
                            new FindingCount("leak", Severity.HIGH, 1, 1, NOON.plusSeconds(1)),
                            new FindingCount("pii", Severity.HIGH, 1, 1, NOON),
                            new FindingCount("pii", Severity.LOW, 3, 2, NOON.plusSeconds(1)));
            assertThat(analytics().findings(query().findingType("leak").limit(1).build()))
                    .containsExactly(new FindingCount("leak", Severity.HIGH, 1, 1, NOON.plusSeconds(1)));
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
        ActionCount search =
                new ActionCount(AgentActionType.TOOL_CALL, "search", 3, 0, 1, 1 / 3.0, 2, new Percentiles(7, 9, 9));
        verify(() -> {
            assertThat(analytics().actions(query().build()))
                    .containsExactly(
                            search,
                            new ActionCount(AgentActionType.TOOL_CALL, "", 1, 0, 0, 0.0, 1, new Percentiles(0, 0, 0)),
                            new ActionCount(AgentActionType.WEB_ACCESS, "search", 1, 0, 1, 1.0, 1, null));
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
        verify(() -> assertThat(analytics().actions(query().build()))
                .containsExactly(
                        new ActionCount(tool, "search", 2, 3, 1, 0.5, 3, new Percentiles(4, 5, 5)),
                        new ActionCount(tool, "look", 1, 0, 0, 0.0, 1, null),
                        new ActionCount(tool, "run", 1, 0, 0, 0.0, 1, null),
                        new ActionCount(tool, "never", 0, 2, 0, 0.0, 1, null),
                        new ActionCount(tool, "later", 0, 1, 0, 0.0, 1, null),
                        new ActionCount(AgentActionType.WEB_ACCESS, "later", 0, 1, 0, 0.0, 1, null)));
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
        TraceEvent empty = new TraceEvent(new UUID(3, 3), tenant, Samples.START.minusSeconds(1), List.of());
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
}
