package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.Percentiles;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.SpanCount;
import io.llmtrace.storage.analytics.Timeline;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.analytics.TraceCount;
import io.llmtrace.storage.analytics.TraceTimeline;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Rules that hold for every aggregate: rewritten and deleted spans, spans of other tenants, and bad arguments. */
abstract class AnalyticsContract extends AnalyticsTest {

    AnalyticsContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void whatIsWrittenAgain_countsOnceAsItIsNow() {
        TraceSpan before = full().toBuilder()
                .agentActions(List.of(action(AgentActionType.TOOL_CALL, "old", 1L, false)))
                .build();
        TraceSpan now = at(NOON.plusSeconds(60))
                .traceId(before.traceId())
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
            assertThat(analytics()
                            .sessions(query().build(), SessionOrder.COST_USD)
                            .items())
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
                "offset given, and this list has no pages: 5", () -> analytics().values(offset, SpanField.KIND, ""));
        assertRefused(
                "offset given, and this list has no pages: 5", () -> analytics().findings(offset));
        assertRefused(
                "offset given, and this list has no pages: 5", () -> analytics().actions(offset));
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
    void countTraces_isExactUpToANumber() {
        for (int i = 0; i < 4; i++) {
            UUID traceId = UUID.randomUUID();
            store(
                    span().traceId(traceId).modelName("m").build(),
                    span().traceId(traceId).modelName(i == 0 ? "m" : "n").build());
        }
        repository.storeTrace(TraceEvent.of(UUID.randomUUID(), tenant, Samples.START, List.of()));
        verify(() -> {
            assertThat(analytics().countTraces(query().build(), 5)).isEqualTo(new TraceCount(5, false));
            assertThat(analytics().countTraces(query().build(), 4)).isEqualTo(new TraceCount(4, true));
            assertThat(analytics().countTraces(query().modelName("m").limit(1).build(), 10))
                    .isEqualTo(new TraceCount(4, false));
            assertThat(analytics().countTraces(query().modelName("n").build(), TraceAnalytics.MAX_COUNT))
                    .isEqualTo(new TraceCount(3, false));
            assertThat(analytics().countTraces(query().modelName("n").build(), 2))
                    .isEqualTo(new TraceCount(2, true));
        });
        assertRefused("up_to not in [1, 1000000000000]: 0", () -> analytics().countTraces(query().build(), 0));
    }

    @Test
    void countSpans_isExactUpToANumber() {
        TraceSpan first = span().modelName("m").build();
        store(first, span().modelName("m").build(), span().modelName("n").build());
        store(first.toBuilder().modelName("n").build());
        repository.storeTrace(TraceEvent.of(UUID.randomUUID(), tenant, Samples.START, List.of()));
        verify(() -> {
            assertThat(analytics().countSpans(query().build(), 3)).isEqualTo(new SpanCount(3, false));
            assertThat(analytics().countSpans(query().build(), 2)).isEqualTo(new SpanCount(2, true));
            assertThat(analytics().countSpans(query().modelName("n").limit(1).build(), 10))
                    .isEqualTo(new SpanCount(2, false));
            assertThat(analytics().countSpans(query().modelName("m").build(), TraceAnalytics.MAX_COUNT))
                    .isEqualTo(new SpanCount(1, false));
        });
        assertRefused("up_to not in [1, 1000000000000]: 0", () -> analytics().countSpans(query().build(), 0));
    }

    @Test
    void traceTimeline_countsEachTraceOnce_atItsFirstSpanThatPasses() {
        UUID late = UUID.randomUUID();
        store(
                at(NOON).traceId(late).modelName("other").errorMessage("no").build(),
                at(NOON.plusSeconds(120)).traceId(late).modelName("m").build(),
                at(NOON.plusSeconds(180)).traceId(late).modelName("m").build());
        TraceSpan moved =
                at(NOON.plusSeconds(60)).modelName("m").errorMessage("no").build();
        store(moved, at(NOON.plusSeconds(120)).modelName("m").build());
        store(moved.toBuilder()
                .startTime(NOON.plusSeconds(125))
                .errorMessage(null)
                .build());
        store(at(NOON.plusSeconds(300)).modelName("other").build());
        verify(() -> {
            TraceQuery list = query().modelName("m")
                    .startTime(NOON)
                    .endTime(NOON.plusSeconds(239))
                    .build();
            assertThat(analytics().traceTimeline(list, 4))
                    .isEqualTo(TraceTimeline.builder()
                            .start(NOON)
                            .end(NOON.plusSeconds(240))
                            .bucketMs(60_000L)
                            .buckets(List.of(TraceTimeline.Bucket.of(NOON.plusSeconds(120), 3, 1)))
                            .build());
            assertThat(analytics().traceTimeline(query().modelName("m").build(), 4).buckets().stream()
                            .mapToLong(TraceTimeline.Bucket::traces)
                            .sum())
                    .isEqualTo(3);
        });
    }

    @Test
    void traceTimeline_withoutFilters_countsTracesWhenTheyWereCreated() {
        UUID early = UUID.randomUUID();
        repository.storeTrace(TraceEvent.of(
                early,
                tenant,
                NOON,
                List.of(at(NOON.plusSeconds(90)).traceId(early).build())));
        repository.storeTrace(TraceEvent.of(UUID.randomUUID(), tenant, NOON.plusSeconds(30), List.of()));
        store(at(NOON.plusSeconds(60)).errorMessage("no").build());
        store(Samples.span(otherTenant).startTime(NOON.minusSeconds(60)).build());
        verify(() -> {
            TraceTimeline all = analytics().traceTimeline(query().build(), 1_000);
            assertThat(all.traces()).isEqualTo(3);
            assertThat(all.errors()).isEqualTo(1);
            assertThat(all.buckets())
                    .containsExactly(
                            TraceTimeline.Bucket.of(NOON, 1, 0),
                            TraceTimeline.Bucket.of(NOON.plusSeconds(30), 1, 0),
                            TraceTimeline.Bucket.of(NOON.plusSeconds(60), 1, 1));
            assertThat(analytics()
                            .traceTimeline(query().traceId(early).build(), 4)
                            .buckets())
                    .containsExactly(TraceTimeline.Bucket.of(NOON, 1, 0));
        });
        assertRefused("buckets not in [4, 1000]: 3", () -> analytics().traceTimeline(query().build(), 3));
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
        assertMissing("query", () -> analytics().countTraces(missing(), 1));
        assertMissing("query", () -> analytics().countSpans(missing(), 1));
        assertMissing("query", () -> analytics().traceTimeline(missing(), 60));
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
                analytics -> analytics.rankedTraces(any, Ranking.COST),
                analytics -> analytics.countTraces(any, 1),
                analytics -> analytics.countSpans(any, 1),
                analytics -> analytics.traceTimeline(any, 60));
        for (Consumer<TraceAnalytics> call : calls) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> call.accept(analytics()))
                    .withMessageStartingWith("repository is closed: ");
        }
    }

    private void assertOnly(TraceSpan span) {
        assertThat(total(query().build()))
                .isEqualTo(Measures.builder()
                        .spans(1)
                        .totalTokens(2L)
                        .durationMs(new Percentiles(7, 7, 7))
                        .build());
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
        assertThat(analytics().countTraces(query().build(), 9)).isEqualTo(new TraceCount(1, false));
        assertThat(analytics().countSpans(query().build(), 9)).isEqualTo(new SpanCount(1, false));
        assertThat(total(query().modelName("gpt-4o").build()).spans()).isZero();
    }

    private void assertNothing() {
        assertThat(analytics().timeline(query().build(), 60, SpanField.KIND, 1))
                .isEqualTo(Timeline.builder(Measures.NONE).build());
        assertThat(analytics().top(query().build(), SpanField.KIND, Measure.SPANS))
                .isEmpty();
        for (SpanField<?> field :
                List.of(SpanField.MODEL_NAME, SpanField.TAG, SpanField.tag("env"), SpanField.FINDING_TYPE)) {
            assertThat(analytics().values(query().build(), field, "")).isEmpty();
        }
        assertThat(analytics().sessions(query().build(), SessionOrder.LAST_TIME))
                .isEqualTo(new Slice<>(List.of(), null));
        assertThat(analytics().findings(query().build())).isEmpty();
        assertThat(analytics().actions(query().build())).isEmpty();
        assertThat(analytics().rankedSpans(query().build(), Ranking.COST)).isEqualTo(new Slice<>(List.of(), null));
        assertThat(analytics().rankedTraces(query().build(), Ranking.COST)).isEqualTo(new Slice<>(List.of(), null));
        assertThat(analytics().countTraces(query().build(), 9)).isEqualTo(new TraceCount(0, false));
        assertThat(analytics().countSpans(query().build(), 9)).isEqualTo(new SpanCount(0, false));
        assertThat(analytics().traceTimeline(query().build(), 60))
                .isEqualTo(TraceTimeline.builder().build());
    }

    private static void assertRefused(String message, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
    }

    private static void assertMissing(String name, ThrowingCallable call) {
        assertThatNullPointerException().isThrownBy(call).withMessage(name);
    }
}
