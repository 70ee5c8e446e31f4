package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.Percentiles;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.SessionSummary;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.SpanField;
import io.llmtrace.storage.analytics.Timeline;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.analytics.ValueCount;
import io.llmtrace.storage.analytics.ValueMeasures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Figures about spans, each with the numbers that a person would work out. */
abstract class AnalyticsContract extends ContractTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final String LONG_VALUE = "v".repeat(20_000);

    AnalyticsContract(RepositoryFixture store) {
        super(store);
    }

    @BeforeEach
    void onlyOfAStoreWithAnalytics() {
        assumeTrue(store().hasAnalytics());
    }

    private TraceAnalytics analytics() {
        return TraceAnalytics.of(repository);
    }

    @Test
    void timeline_putsSpansIntoBuckets() {
        store(
                at(NOON).durationMs(10L).promptTokens(1L).totalTokens(5L).build(),
                at(NOON.plusMillis(59_999)).durationMs(30L).errorMessage("").build(),
                at(NOON.plusSeconds(60)).estimatedCostUsd(0.5).build(),
                at(NOON.plusSeconds(3_600)).build());
        TraceQuery query = hour();
        verify(() -> assertThat(analytics().timeline(query, 60, null, 1))
                .isEqualTo(new Timeline(
                        NOON,
                        NOON.plusSeconds(3_600),
                        60_000L,
                        new Measures(3, 1, 1L, null, 5L, 0.5, new Percentiles(10, 30, 30)),
                        List.of(new Timeline.Group(
                                null,
                                false,
                                new Measures(3, 1, 1L, null, 5L, 0.5, new Percentiles(10, 30, 30)),
                                List.of(
                                        bucket(0, new Measures(2, 1, 1L, null, 5L, null, new Percentiles(10, 30, 30))),
                                        bucket(60, new Measures(1, 0, null, null, null, 0.5, null))))))));
    }

    @Test
    void timeline_groupsTheLargestAndTheRest() {
        List<TraceSpan> spans = new ArrayList<>();
        for (String model : List.of("c", "c", "c", "a", "a", "b", "b", "z", LONG_VALUE)) {
            spans.add(at(NOON).modelName(model).build());
        }
        spans.add(at(NOON).build());
        spans.add(at(NOON).build());
        repository.storeSpans(spans);
        verify(() -> {
            assertThat(groups(SpanField.MODEL_NAME, 2))
                    .containsExactly(group("c", false, 3), group("a", false, 2), group(null, true, 6));
            assertThat(groups(SpanField.MODEL_NAME, 4))
                    .containsExactly(
                            group("c", false, 3),
                            group("a", false, 2),
                            group("b", false, 2),
                            group(null, false, 2),
                            group(null, true, 2));
            assertThat(groups(SpanField.MODEL_NAME, 6))
                    .containsExactly(
                            group("c", false, 3),
                            group("a", false, 2),
                            group("b", false, 2),
                            group(null, false, 2),
                            group(LONG_VALUE, false, 1),
                            group("z", false, 1));
        });
    }

    @Test
    void timeline_takesTheRangeOfTheSpansWhereTheQueryHasNone() {
        store(
                at(NOON.plusSeconds(61)).modelName("m").build(),
                at(NOON.plusSeconds(179)).modelName("m").build(),
                at(NOON.plusSeconds(100_000)).build());
        verify(() -> {
            Timeline found = analytics().timeline(query().modelName("m").build(), 4, null, 1);
            assertThat(List.of(found.start(), found.end(), found.bucketMs()))
                    .containsExactly(NOON.plusSeconds(60), NOON.plusSeconds(180), 30_000L);
            Timeline from =
                    analytics().timeline(query().modelName("m").startTime(NOON).build(), 4, null, 1);
            assertThat(List.of(from.start(), from.end(), from.bucketMs()))
                    .containsExactly(NOON, NOON.plusSeconds(180), 60_000L);
            Timeline to = analytics()
                    .timeline(
                            query().modelName("m").endTime(NOON.plusSeconds(180)).build(), 4, null, 1);
            assertThat(List.of(to.start(), to.end(), to.bucketMs()))
                    .containsExactly(NOON.plusSeconds(60), NOON.plusSeconds(240), 60_000L);
        });
    }

    @Test
    void timeline_ofNothing() {
        store(at(NOON).build());
        verify(() -> {
            assertThat(analytics().timeline(query().modelName("none").build(), 60, SpanField.KIND, 3))
                    .isEqualTo(new Timeline(null, null, null, Measures.NONE, List.of()));
            assertThat(analytics().timeline(query().modelName("none").startTime(NOON).build(), 60, null, 3))
                    .isEqualTo(new Timeline(null, null, null, Measures.NONE, List.of()));
            assertThat(analytics()
                            .timeline(hour().toBuilder().modelName("none").build(), 60, SpanField.KIND, 3))
                    .isEqualTo(
                            new Timeline(NOON, NOON.plusSeconds(3_600), 60_000L, Measures.NONE, List.of()));
        });
    }

    @Test
    void timeline_holdsEveryTimeThatCanBeStored() {
        store(
                at(Times.EARLIEST).build(),
                at(Instant.EPOCH.minusNanos(1)).build(),
                at(Instant.EPOCH).build(),
                at(Times.LATEST).build());
        verify(() -> {
            Timeline all = analytics().timeline(query().build(), TraceAnalytics.MIN_BUCKETS, null, 1);
            assertThat(all.groups().get(0).buckets().stream()
                            .map(bucket ->
                                    bucket.time() + " " + bucket.measures().spans())
                            .toList())
                    .containsExactly(
                            "1870-01-25T00:00:00Z 2", "1970-01-01T00:00:00Z 1", "2169-11-13T00:00:00Z 1");
            assertThat(analytics().timeline(query().build(), 1_000, null, 1).bucketMs())
                    .isEqualTo(365L * 86_400_000);
            assertThat(analytics()
                            .timeline(
                                    query().startTime(Instant.MIN)
                                            .endTime(Instant.MAX)
                                            .build(),
                                    4,
                                    null,
                                    1))
                    .isEqualTo(all);
        });
    }

    @Test
    void percentiles_areNearestRank() {
        List<TraceSpan> spans = new ArrayList<>();
        for (long duration = 1; duration <= 100; duration++) {
            spans.add(at(NOON).operationName("hundred").durationMs(duration).build());
        }
        for (long duration : new long[] {7, 9}) {
            spans.add(at(NOON).operationName("two").durationMs(duration).build());
        }
        for (long duration : new long[] {3, 3, 5}) {
            spans.add(at(NOON).operationName("three").durationMs(duration).build());
        }
        spans.add(at(NOON).operationName("one").durationMs(Long.MAX_VALUE).build());
        spans.add(at(NOON).operationName("one").build());
        spans.add(at(NOON).operationName("zero").durationMs(0L).build());
        Collections.shuffle(spans, new Random(3));
        repository.storeSpans(spans);
        verify(() -> assertThat(
                        analytics()
                                .top(query().build(), SpanField.OPERATION_NAME, Measure.DURATION_P95)
                                .stream()
                                .map(row -> row.value() + " " + row.measures().durationMs())
                                .toList())
                .containsExactly(
                        "one " + new Percentiles(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE),
                        "hundred " + new Percentiles(50, 95, 99),
                        "two " + new Percentiles(7, 9, 9),
                        "three " + new Percentiles(3, 5, 5),
                        "zero " + new Percentiles(0, 0, 0)));
    }

    @Test
    void tokensAndCost_leaveOutWhatRepeatsThem() {
        UUID trace = UUID.randomUUID();
        store(
                usage(trace, SpanKind.AGENT, 100),
                usage(trace, SpanKind.CHAIN, 100),
                usage(trace, SpanKind.LLM, 60),
                usage(trace, SpanKind.EMBEDDING, 40));
        verify(() -> {
            assertThat(total(query().build())).isEqualTo(new Measures(4, 0, 100L, 100L, 200L, 0.1, null));
            assertThat(total(query().kind(SpanKind.AGENT).build()))
                    .isEqualTo(new Measures(1, 0, 100L, 100L, 200L, 0.1, null));
            assertThat(analytics().top(query().build(), SpanField.KIND, Measure.COST_USD))
                    .containsExactly(
                            new ValueMeasures("llm", new Measures(1, 0, 60L, 60L, 120L, 0.06, null)),
                            new ValueMeasures("embedding", new Measures(1, 0, 40L, 40L, 80L, 0.04, null)),
                            new ValueMeasures("agent", new Measures(1, 0, null, null, null, null, null)),
                            new ValueMeasures("chain", new Measures(1, 0, null, null, null, null, null)));
        });
    }

    @Test
    void sums_areExactAndEndAtTheLargestNumber() {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            spans.add(at(NOON).modelName("tenth").estimatedCostUsd(0.1).totalTokens(0L).build());
        }
        spans.add(at(NOON).modelName("tiny").estimatedCostUsd(4e-10).build());
        spans.add(at(NOON).modelName("tiny").estimatedCostUsd(5e-10).build());
        for (int i = 0; i < 3; i++) {
            spans.add(at(NOON)
                    .modelName("huge")
                    .estimatedCostUsd(1e300)
                    .totalTokens(Long.MAX_VALUE)
                    .promptTokens(Long.MAX_VALUE - 1)
                    .completionTokens(1L)
                    .build());
        }
        repository.storeSpans(spans);
        verify(() -> assertThat(analytics().top(query().build(), SpanField.MODEL_NAME, Measure.COST_USD))
                .containsExactly(
                        new ValueMeasures(
                                "huge",
                                new Measures(
                                        3, 0, Long.MAX_VALUE, 3L, Long.MAX_VALUE, Long.MAX_VALUE / 1e9, null)),
                        new ValueMeasures("tenth", new Measures(10, 0, null, null, 0L, 1.0, null)),
                        new ValueMeasures("tiny", new Measures(2, 0, null, null, null, 1e-9, null))));
    }

    @Test
    void top_isOrderedByTheMeasure_thenByTheBytesOfTheValue() {
        store(
                at(NOON).userId("b").totalTokens(1L).build(),
                at(NOON).userId("b").build(),
                at(NOON).userId("a").totalTokens(1L).errorMessage("no").build(),
                at(NOON).userId("😀").build(), // behind the next by bytes, before it by UTF-16
                at(NOON).userId("\uFF5E").build(),
                at(NOON).userId("").build(),
                at(NOON).build());
        verify(() -> {
            assertThat(topUsers(Measure.SPANS, 50)).containsExactly("b 2", " 1", "a 1", "\uFF5E 1", "😀 1", "null 1");
            assertThat(topUsers(Measure.TOTAL_TOKENS, 50))
                    .containsExactly("a 1", "b 2", " 1", "\uFF5E 1", "😀 1", "null 1");
            assertThat(topUsers(Measure.ERRORS, 2)).containsExactly("a 1", " 1");
            assertThat(topUsers(Measure.COST_USD, 1)).containsExactly(" 1");
        });
    }

    @Test
    void top_groupsByEveryFieldOfOneValue() {
        store(full(), at(NOON).build());
        Map<SpanField, List<String>> expected = Map.of(
                SpanField.PROVIDER, List.of("AzureOpenAI 1", "null 1"),
                SpanField.MODEL_NAME, List.of("gpt-4o 1", "null 1"),
                SpanField.OPERATION_NAME, List.of("chat 1", "chat gpt 1"),
                SpanField.KIND, List.of("llm 1", "other 1"),
                SpanField.SESSION_ID, List.of("s 1", "null 1"),
                SpanField.USER_ID, List.of("u 1", "null 1"),
                SpanField.SERVICE_NAME, List.of("checkout 1", "null 1"),
                SpanField.STATUS, List.of("error 1", "ok 1"),
                SpanField.FINISH_REASON, List.of("stop 1", "null 1"),
                SpanField.tag("env"), List.of("prod 1", "null 1"));
        verify(() -> expected.forEach((field, rows) ->
                assertThat(top(field, Measure.SPANS, 50)).as(field.text()).containsExactlyElementsOf(rows)));
    }

    @Test
    void values_areSuggestedForEveryField() {
        store(full(), at(NOON).build());
        Map<SpanField, List<ValueCount>> expected = Map.ofEntries(
                Map.entry(SpanField.PROVIDER, List.of(one("AzureOpenAI"))),
                Map.entry(SpanField.MODEL_NAME, List.of(one("gpt-4o"))),
                Map.entry(SpanField.OPERATION_NAME, List.of(one("chat"), one("chat gpt"))),
                Map.entry(SpanField.KIND, List.of(one("llm"), one("other"))),
                Map.entry(SpanField.SESSION_ID, List.of(one("s"))),
                Map.entry(SpanField.USER_ID, List.of(one("u"))),
                Map.entry(SpanField.SERVICE_NAME, List.of(one("checkout"))),
                Map.entry(SpanField.STATUS, List.of(one("error"), one("ok"))),
                Map.entry(SpanField.FINISH_REASON, List.of(one("stop"))),
                Map.entry(SpanField.FINDING_TYPE, List.of(one("jailbreak"), one("pii"))),
                Map.entry(SpanField.TAG, List.of(one(""), one("env"))),
                Map.entry(SpanField.tag("env"), List.of(one("prod"))),
                Map.entry(SpanField.tag(""), List.of(one("empty key"))),
                Map.entry(SpanField.tag("none"), List.of()));
        verify(() -> expected.forEach((field, values) ->
                assertThat(analytics().values(query().build(), field, ""))
                        .as(field.text())
                        .isEqualTo(values)));
    }

    @Test
    void values_beginWithThePrefix_mostSpansFirst() {
        store(
                at(NOON).modelName("gpt-4o").build(),
                at(NOON).modelName("gpt-4o").build(),
                at(NOON).modelName("GPT-3.5").build(),
                at(NOON).modelName("claude").build(),
                at(NOON).modelName("%").build(),
                at(NOON).modelName("Ünï").build(),
                at(NOON).modelName(LONG_VALUE).build());
        verify(() -> {
            assertThat(models("gP")).containsExactly(new ValueCount("gpt-4o", 2), one("GPT-3.5"));
            assertThat(models("gpt-4o")).containsExactly(new ValueCount("gpt-4o", 2));
            assertThat(models("%")).containsExactly(one("%"));
            assertThat(models("Ün")).containsExactly(one("Ünï"));
            assertThat(models("ü")).isEmpty();
            assertThat(models(LONG_VALUE)).containsExactly(one(LONG_VALUE));
            assertThat(analytics().values(query().limit(2).build(), SpanField.MODEL_NAME, ""))
                    .containsExactly(new ValueCount("gpt-4o", 2), one("%"));
            assertThat(analytics().values(query().modelName("claude").build(), SpanField.MODEL_NAME, ""))
                    .containsExactly(one("claude"));
        });
    }

    @Test
    void sessions_areConversations() {
        UUID trace = UUID.randomUUID();
        store(
                at(NOON.plusSeconds(5)).sessionId("a").userId("late").traceId(trace).totalTokens(3L).build(),
                at(NOON.plusSeconds(4)).sessionId("a").userId("early").traceId(trace).totalTokens(4L).build(),
                at(NOON.plusSeconds(1)).sessionId("a").durationMs(8L).errorMessage("no").build(),
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
            assertThat(analytics().sessions(query().build(), SessionOrder.ERRORS).items())
                    .containsExactly(a, empty, b);
            assertThat(analytics()
                            .sessions(query().build(), SessionOrder.TOTAL_TOKENS)
                            .items())
                    .containsExactly(a, empty, b);
            assertThat(analytics().sessions(query().build(), SessionOrder.COST_USD).items())
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
                at(NOON)
                        .securityFindings(List.of(
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
            assertThat(analytics()
                            .findings(query().findingType("leak").limit(1).build()))
                    .containsExactly(new FindingCount("leak", Severity.HIGH, 1, 1, NOON.plusSeconds(1)));
            assertThat(analytics().findings(query().findingType("none").build())).isEmpty();
        });
    }

    @Test
    void actions_areCountedByTypeAndName() {
        store(
                at(NOON)
                        .agentActions(List.of(
                                action(AgentActionType.TOOL_CALL, "search", 5L, true),
                                action(AgentActionType.TOOL_CALL, "search", 9L, false),
                                action(AgentActionType.WEB_ACCESS, "search", null, false)))
                        .build(),
                at(NOON)
                        .agentActions(List.of(
                                action(AgentActionType.TOOL_CALL, "search", 7L, true),
                                action(AgentActionType.TOOL_CALL, "", 0L, true)))
                        .build(),
                at(NOON).build());
        ActionCount search = new ActionCount(
                AgentActionType.TOOL_CALL, "search", 3, 1, 1 / 3.0, 2, new Percentiles(7, 9, 9));
        verify(() -> {
            assertThat(analytics().actions(query().build()))
                    .containsExactly(
                            search,
                            new ActionCount(AgentActionType.TOOL_CALL, "", 1, 0, 0.0, 1, new Percentiles(0, 0, 0)),
                            new ActionCount(AgentActionType.WEB_ACCESS, "search", 1, 1, 1.0, 1, null));
            assertThat(analytics().actions(query().limit(1).build())).containsExactly(search);
            assertThat(analytics().actions(query().modelName("none").build())).isEmpty();
        });
    }

    @Test
    void rankedSpans_largestFirst_thenNewest_thoseWithoutLast() {
        TraceSpan slow = at(NOON).traceId(new UUID(-1, 1)).durationMs(9L).build(); // ids are unsigned
        TraceSpan older = at(NOON).traceId(new UUID(1, 1)).durationMs(5L).estimatedCostUsd(0.2).build();
        TraceSpan newer = at(NOON.plusSeconds(1)).durationMs(5L).totalTokens(0L).build();
        TraceSpan without = at(NOON.plusSeconds(2)).totalTokens(7L).build();
        store(slow, older, newer, without);
        verify(() -> {
            assertThat(rankedSpans(query().build(), Ranking.DURATION)).containsExactly(slow, newer, older, without);
            assertThat(rankedSpans(query().build(), Ranking.COST)).containsExactly(older, without, newer, slow);
            assertThat(rankedSpans(query().build(), Ranking.TOKENS)).containsExactly(without, newer, slow, older);
            assertThat(analytics().rankedSpans(query().limit(3).build(), Ranking.DURATION).nextOffset())
                    .isEqualTo(3);
            assertThat(analytics().rankedSpans(query().limit(3).offset(3).build(), Ranking.DURATION))
                    .isEqualTo(new Slice<>(List.of(without), null));
            assertThat(rankedSpans(query().minDurationMs(6L).build(), Ranking.DURATION))
                    .containsExactly(slow);
        });
    }

    @Test
    void rankedTraces_goByTheFiguresOfTheWholeTrace() {
        TraceEvent parted = TraceEvent.ofSpans(List.of(
                usage(new UUID(1, 1), SpanKind.AGENT, 900),
                usage(new UUID(1, 1), SpanKind.LLM, 100).toBuilder().modelName("m").build(),
                usage(new UUID(1, 1), SpanKind.LLM, 200).toBuilder()
                        .endTime(Samples.START.plusSeconds(2))
                        .build()));
        TraceEvent agent = TraceEvent.ofSpans(List.of(
                usage(new UUID(2, 2), SpanKind.AGENT, 400), usage(new UUID(2, 2), SpanKind.CHAIN, 250).toBuilder()
                        .modelName("m")
                        .build()));
        TraceEvent none = TraceEvent.ofSpans(List.of(at(Samples.START).modelName("m").build()));
        TraceEvent later = TraceEvent.ofSpans(
                List.of(at(Samples.START.plusSeconds(1)).endTime(Samples.START.plusSeconds(2)).build()));
        TraceEvent empty = new TraceEvent(new UUID(3, 3), tenant, Samples.START.minusSeconds(1), List.of());
        for (TraceEvent trace : List.of(parted, agent, none, later, empty)) {
            repository.storeTrace(trace);
        }
        verify(() -> {
            assertThat(rankedTraces(query().build(), Ranking.COST))
                    .containsExactly(agent, parted, later, none, empty);
            assertThat(rankedTraces(query().build(), Ranking.TOKENS))
                    .containsExactly(agent, parted, later, none, empty);
            assertThat(rankedTraces(query().modelName("m").build(), Ranking.TOKENS))
                    .containsExactly(agent, parted, none);
            assertThat(rankedTraces(query().limit(2).build(), Ranking.DURATION)).containsExactly(parted, later);
            assertThat(analytics().rankedTraces(query().limit(2).build(), Ranking.DURATION).nextOffset())
                    .isEqualTo(2);
            assertThat(rankedTraces(query().traceId(none.traceId()).build(), Ranking.COST))
                    .containsExactly(none);
        });
    }

    @Test
    void whatIsWrittenAgain_countsOnceAsItIsNow() {
        TraceSpan before = full().toBuilder()
                .agentActions(List.of(action(AgentActionType.TOOL_CALL, "old", 1L, false)))
                .build();
        TraceSpan now = at(NOON.plusSeconds(60)).traceId(before.traceId())
                .spanId(before.spanId())
                .modelName("new")
                .sessionId("t")
                .totalTokens(2L)
                .durationMs(7L)
                .build();
        TraceSpan moved = now.toBuilder().startTime(NOON.plusSeconds(7_200)).build();
        store(before, before);
        repository.storeSpan(before);
        repository.storeTrace(TraceEvent.ofSpans(List.of(before)));
        verify(() -> assertThat(total(query().build()).spans()).isEqualTo(1));
        for (TraceSpan last : List.of(now, moved, now)) {
            repository.storeSpan(last);
            repository.storeSpan(last);
            verify(() -> assertOnly(last));
        }
        repository.storeSpans(List.of(before, moved, before));
        verify(() -> {
            assertThat(models("")).containsExactly(one("gpt-4o"));
            assertThat(analytics().actions(query().build()).get(0).name()).isEqualTo("old");
            assertThat(analytics().findings(query().build())).hasSize(2);
        });
    }

    @Test
    void whatIsDeleted_isNotCounted() {
        TraceSpan gone = full();
        TraceSpan stays = at(NOON.plusSeconds(60)).modelName("m").build();
        store(gone, stays);
        repository.deleteTrace(tenant, gone.traceId());
        verify(() -> {
            assertThat(total(query().build()).spans()).isEqualTo(1);
            assertThat(models("")).containsExactly(one("m"));
            assertThat(analytics().values(query().build(), SpanField.TAG, "")).isEmpty();
            assertThat(analytics().findings(query().build())).isEmpty();
            assertThat(analytics().actions(query().build())).isEmpty();
            assertThat(analytics().sessions(query().build(), SessionOrder.COST_USD).items())
                    .isEmpty();
            assertThat(rankedSpans(query().build(), Ranking.COST)).containsExactly(stays);
        });
        repository.deleteTracesBefore(tenant, Times.LATEST);
        verify(this::assertNothing);
    }

    @Test
    void otherTenants_areNotCounted() {
        TraceSpan theirs = full().toBuilder().tenantId(otherTenant).build();
        store(theirs);
        verify(this::assertNothing);
        TraceSpan mine = theirs.toBuilder().tenantId(tenant).modelName("mine").build();
        store(mine);
        verify(() -> {
            assertThat(models("")).containsExactly(one("mine"));
            assertThat(total(query().build()).spans()).isEqualTo(1);
            assertThat(analytics().actions(query().build())).hasSize(1);
            assertThat(analytics().values(query().build(), SpanField.TAG, "")).hasSize(2);
            assertThat(rankedSpans(query().build(), Ranking.DURATION)).containsExactly(mine);
            assertThat(rankedTraces(query().build(), Ranking.DURATION))
                    .containsExactly(TraceEvent.ofSpans(List.of(mine)));
        });
    }

    @Test
    void wrongArguments_areRefusedWithTheirValue() {
        TraceQuery any = query().build();
        TraceQuery offset = query().offset(5).build();
        assertRefused("buckets not in [4, 1000]: 3", () -> analytics().timeline(any, 3, null, 1));
        assertRefused("buckets not in [4, 1000]: 1001", () -> analytics().timeline(any, 1_001, null, 1));
        assertRefused("groups not in [1, 50]: 0", () -> analytics().timeline(any, 60, null, 0));
        assertRefused("groups not in [1, 50]: 51", () -> analytics().timeline(any, 60, null, 51));
        assertRefused(
                "group_by is a field of several values: finding_type",
                () -> analytics().timeline(any, 60, SpanField.FINDING_TYPE, 1));
        assertRefused(
                "group_by is a field of several values: tag", () -> analytics().top(any, SpanField.TAG, Measure.SPANS));
        assertRefused(
                "offset given, and this list has no pages: 5",
                () -> analytics().top(offset, SpanField.KIND, Measure.SPANS));
        assertRefused(
                "offset given, and this list has no pages: 5",
                () -> analytics().values(offset, SpanField.KIND, ""));
        assertRefused("offset given, and this list has no pages: 5", () -> analytics().findings(offset));
        assertRefused("offset given, and this list has no pages: 5", () -> analytics().actions(offset));
        assertRefused(
                "prefix is not Unicode: it has half of a surrogate pair",
                () -> analytics().values(any, SpanField.KIND, "\uD83D"));
        TraceQuery far = query().offset(TraceAnalytics.MAX_OFFSET + 1).build();
        assertRefused("offset > 10000: 10001", () -> analytics().sessions(far, SessionOrder.SPANS));
        assertRefused("offset > 10000: 10001", () -> analytics().rankedSpans(far, Ranking.COST));
        assertRefused("offset > 10000: 10001", () -> analytics().rankedTraces(far, Ranking.COST));
        TraceQuery cursor = query().cursor("x").build();
        assertRefused("cursor given, and this list has none", () -> analytics().findings(cursor));
        assertRefused("cursor given, and this list has none", () -> analytics().rankedTraces(cursor, Ranking.COST));
    }

    @Test
    void missingArguments_areRefused() {
        TraceQuery any = query().build();
        assertMissing("query", () -> analytics().timeline(missing(), 60, null, 1));
        assertMissing("query", () -> analytics().findings(missing()));
        assertMissing("query", () -> analytics().actions(missing()));
        assertMissing("groupBy", () -> analytics().top(any, missing(), Measure.SPANS));
        assertMissing("order", () -> analytics().top(any, SpanField.KIND, missing()));
        assertMissing("field", () -> analytics().values(any, missing(), ""));
        assertMissing("prefix", () -> analytics().values(any, SpanField.KIND, missing()));
        assertMissing("order", () -> analytics().sessions(any, missing()));
        assertMissing("order", () -> analytics().rankedSpans(any, missing()));
        assertMissing("order", () -> analytics().rankedTraces(any, missing()));
    }

    @Test
    void afterClose_everyMethodThrows() {
        repository.close();
        TraceQuery any = query().build();
        List<Consumer<TraceAnalytics>> calls = List.of(
                analytics -> analytics.timeline(any, 60, null, 1),
                analytics -> analytics.top(any, SpanField.KIND, Measure.SPANS),
                analytics -> analytics.values(any, SpanField.KIND, ""),
                analytics -> analytics.sessions(any, SessionOrder.LAST_TIME),
                analytics -> analytics.findings(any),
                analytics -> analytics.actions(any),
                analytics -> analytics.rankedSpans(any, Ranking.COST),
                analytics -> analytics.rankedTraces(any, Ranking.COST));
        for (Consumer<TraceAnalytics> call : calls) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> call.accept(analytics()))
                    .withMessageStartingWith("repository is closed: ");
        }
    }

    private void assertOnly(TraceSpan span) {
        assertThat(total(query().build())).isEqualTo(new Measures(1, 0, null, null, 2L, null, new Percentiles(7, 7, 7)));
        assertThat(models("")).containsExactly(one("new"));
        assertThat(analytics().values(query().build(), SpanField.TAG, "")).isEmpty();
        assertThat(analytics().findings(query().build())).isEmpty();
        assertThat(analytics().actions(query().build())).isEmpty();
        assertThat(analytics().sessions(query().build(), SessionOrder.LAST_TIME).items().stream()
                        .map(session -> session.sessionId() + " " + session.lastTime())
                        .toList())
                .containsExactly("t " + span.startTime());
        assertThat(rankedSpans(query().build(), Ranking.DURATION)).containsExactly(span);
        assertThat(analytics().rankedTraces(query().build(), Ranking.DURATION).items().stream()
                        .map(TraceSummary::durationMs)
                        .toList())
                .containsExactly(0L);
        assertThat(total(query().modelName("gpt-4o").build()).spans()).isZero();
    }

    private void assertNothing() {
        assertThat(analytics().timeline(query().build(), 60, SpanField.KIND, 1))
                .isEqualTo(new Timeline(null, null, null, Measures.NONE, List.of()));
        assertThat(analytics().top(query().build(), SpanField.KIND, Measure.SPANS)).isEmpty();
        for (SpanField field : List.of(SpanField.MODEL_NAME, SpanField.TAG, SpanField.tag("env"), SpanField.FINDING_TYPE)) {
            assertThat(analytics().values(query().build(), field, "")).isEmpty();
        }
        assertThat(analytics().sessions(query().build(), SessionOrder.LAST_TIME))
                .isEqualTo(new Slice<>(List.of(), null));
        assertThat(analytics().findings(query().build())).isEmpty();
        assertThat(analytics().actions(query().build())).isEmpty();
        assertThat(analytics().rankedSpans(query().build(), Ranking.COST)).isEqualTo(new Slice<>(List.of(), null));
        assertThat(analytics().rankedTraces(query().build(), Ranking.COST)).isEqualTo(new Slice<>(List.of(), null));
    }

    private static void assertRefused(String message, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
    }

    private static void assertMissing(String name, ThrowingCallable call) {
        assertThatNullPointerException().isThrownBy(call).withMessage(name);
    }

    private Measures total(TraceQuery query) {
        return analytics().timeline(query, 60, null, 1).total();
    }

    private TraceQuery hour() {
        return query().startTime(NOON).endTime(NOON.plusSeconds(3_599)).build();
    }

    private List<String> groups(SpanField field, int count) {
        return analytics().timeline(query().build(), 60, field, count).groups().stream()
                .map(group -> group(group.value(), group.rest(), group.total().spans()))
                .toList();
    }

    private static String group(@Nullable String value, boolean rest, long spans) {
        return value + " " + rest + " " + spans;
    }

    private static Timeline.Bucket bucket(long seconds, Measures measures) {
        return new Timeline.Bucket(NOON.plusSeconds(seconds), measures);
    }

    private List<String> topUsers(Measure order, int limit) {
        return top(SpanField.USER_ID, order, limit);
    }

    private List<String> top(SpanField field, Measure order, int limit) {
        return analytics().top(query().limit(limit).build(), field, order).stream()
                .map(row -> row.value() + " " + row.measures().spans())
                .toList();
    }

    private List<ValueCount> models(String prefix) {
        return analytics().values(query().build(), SpanField.MODEL_NAME, prefix);
    }

    private List<TraceSpan> rankedSpans(TraceQuery query, Ranking by) {
        return analytics().rankedSpans(query, by).items();
    }

    /** The traces of these summaries, which must be theirs. */
    private List<TraceEvent> rankedTraces(TraceQuery query, Ranking by) {
        List<TraceEvent> traces = new ArrayList<>();
        for (TraceSummary summary : analytics().rankedTraces(query, by).items()) {
            TraceEvent trace =
                    repository.getTrace(tenant, summary.traceId()).orElseThrow();
            Same.assertExactly("summary", List.of(summary), List.of(TraceSummary.of(trace)));
            traces.add(trace);
        }
        return traces;
    }

    private TraceSpan.Builder at(Instant start) {
        return span().startTime(start);
    }

    private TraceSpan full() {
        return at(NOON).operationName("chat gpt")
                .kind(SpanKind.LLM)
                .provider(LlmProvider.AZURE_OPENAI)
                .modelName("gpt-4o")
                .sessionId("s")
                .userId("u")
                .serviceName("checkout")
                .errorMessage("no")
                .finishReason("stop")
                .totalTokens(9L)
                .durationMs(3L)
                .tags(Map.of("env", "prod", "", "empty key"))
                .securityFindings(List.of(
                        finding(Severity.LOW, "pii"), finding(Severity.LOW, "pii"), finding(Severity.HIGH, "jailbreak")))
                .agentActions(List.of(action(AgentActionType.TOOL_CALL, "search", 5L, true)))
                .build();
    }

    private TraceSpan usage(UUID trace, SpanKind kind, long tokens) {
        return span().traceId(trace)
                .kind(kind)
                .promptTokens(tokens)
                .completionTokens(tokens)
                .estimatedCostUsd(tokens / 1_000.0)
                .build();
    }

    private static SecurityFinding finding(Severity severity, String type) {
        return SecurityFinding.of(severity, type, "", NOON);
    }

    private static AgentAction action(
            AgentActionType type,
            String name,
            @Nullable Long durationMs,
            boolean success) {
        return AgentAction.builder(type, name, NOON)
                .durationMs(durationMs)
                .success(success)
                .build();
    }

    private static ValueCount one(String value) {
        return new ValueCount(value, 1);
    }
}
