package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.Percentiles;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Counts, sums and percentiles, over time and by the values of a field, against results worked out by hand. */
abstract class AggregateContract extends AnalyticsTest {

    private static final String LONG_VALUE = "v".repeat(20_000);

    AggregateContract(RepositoryFixture store) {
        super(store);
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
                .isEqualTo(Timeline.builder(Measures.builder()
                                .spans(3)
                                .errors(1)
                                .promptTokens(1L)
                                .totalTokens(5L)
                                .costUsd(0.5)
                                .durationMs(new Percentiles(10, 30, 30))
                                .build())
                        .start(NOON)
                        .end(NOON.plusSeconds(3_600))
                        .bucketMs(60_000L)
                        .groups(List.of(Timeline.Group.builder(Measures.builder()
                                        .spans(3)
                                        .errors(1)
                                        .promptTokens(1L)
                                        .totalTokens(5L)
                                        .costUsd(0.5)
                                        .durationMs(new Percentiles(10, 30, 30))
                                        .build())
                                .buckets(List.of(
                                        bucket(
                                                0,
                                                Measures.builder()
                                                        .spans(2)
                                                        .errors(1)
                                                        .promptTokens(1L)
                                                        .totalTokens(5L)
                                                        .durationMs(new Percentiles(10, 30, 30))
                                                        .build()),
                                        bucket(
                                                60,
                                                Measures.builder()
                                                        .spans(1)
                                                        .costUsd(0.5)
                                                        .build())))
                                .build()))
                        .build()));
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
                            query().modelName("m")
                                    .endTime(NOON.plusSeconds(180))
                                    .build(),
                            4,
                            null,
                            1);
            assertThat(List.of(to.start(), to.end(), to.bucketMs()))
                    .containsExactly(NOON.plusSeconds(60), NOON.plusSeconds(240), 60_000L);
        });
    }

    @Test
    void timeline_ofNothing() {
        store(at(NOON).build());
        verify(() -> {
            assertThat(analytics().timeline(query().modelName("none").build(), 60, SpanField.KIND, 3))
                    .isEqualTo(Timeline.builder(Measures.NONE).build());
            assertThat(analytics()
                            .timeline(query().modelName("none").startTime(NOON).build(), 60, null, 3))
                    .isEqualTo(Timeline.builder(Measures.NONE).build());
            assertThat(analytics().timeline(hour().toBuilder().modelName("none").build(), 60, SpanField.KIND, 3))
                    .isEqualTo(Timeline.builder(Measures.NONE)
                            .start(NOON)
                            .end(NOON.plusSeconds(3_600))
                            .bucketMs(60_000L)
                            .build());
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
                    .containsExactly("1870-01-25T00:00:00Z 2", "1970-01-01T00:00:00Z 1", "2169-11-13T00:00:00Z 1");
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
                        analytics().top(query().build(), SpanField.OPERATION_NAME, Measure.DURATION_P95).stream()
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
            assertThat(total(query().build()))
                    .isEqualTo(Measures.builder()
                            .spans(4)
                            .promptTokens(100L)
                            .completionTokens(100L)
                            .totalTokens(200L)
                            .costUsd(0.1)
                            .build());
            assertThat(total(query().kind(SpanKind.AGENT).build()))
                    .isEqualTo(Measures.builder()
                            .spans(1)
                            .promptTokens(100L)
                            .completionTokens(100L)
                            .totalTokens(200L)
                            .costUsd(0.1)
                            .build());
            assertThat(analytics().top(query().build(), SpanField.KIND, Measure.COST_USD))
                    .containsExactly(
                            new ValueMeasures(
                                    "llm",
                                    Measures.builder()
                                            .spans(1)
                                            .promptTokens(60L)
                                            .completionTokens(60L)
                                            .totalTokens(120L)
                                            .costUsd(0.06)
                                            .build()),
                            new ValueMeasures(
                                    "embedding",
                                    Measures.builder()
                                            .spans(1)
                                            .promptTokens(40L)
                                            .completionTokens(40L)
                                            .totalTokens(80L)
                                            .costUsd(0.04)
                                            .build()),
                            new ValueMeasures(
                                    "agent", Measures.builder().spans(1).build()),
                            new ValueMeasures(
                                    "chain", Measures.builder().spans(1).build()));
        });
    }

    @Test
    void sums_areExactAndEndAtTheLargestNumber() {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            spans.add(at(NOON).modelName("tenth")
                    .estimatedCostUsd(0.1)
                    .totalTokens(0L)
                    .build());
        }
        spans.add(at(NOON).modelName("tiny").estimatedCostUsd(4e-10).build());
        spans.add(at(NOON).modelName("tiny").estimatedCostUsd(5e-10).build());
        for (int i = 0; i < 3; i++) {
            spans.add(at(NOON).modelName("huge")
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
                                Measures.builder()
                                        .spans(3)
                                        .promptTokens(Long.MAX_VALUE)
                                        .completionTokens(3L)
                                        .totalTokens(Long.MAX_VALUE)
                                        .costUsd(Long.MAX_VALUE / 1e9)
                                        .build()),
                        new ValueMeasures(
                                "tenth",
                                Measures.builder()
                                        .spans(10)
                                        .totalTokens(0L)
                                        .costUsd(1.0)
                                        .build()),
                        new ValueMeasures(
                                "tiny",
                                Measures.builder().spans(2).costUsd(1e-9).build())));
    }

    @Test
    void top_isOrderedByTheMeasure_thenByTheBytesOfTheValue() {
        store(
                at(NOON).userId("b").totalTokens(1L).build(),
                at(NOON).userId("b").build(),
                at(NOON).userId("a").totalTokens(1L).errorMessage("no").build(),
                at(NOON).userId("😀").build(), // sorts after the next one by bytes, before it by UTF-16
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
        Map<SpanField<?>, List<String>> expected = Map.of(
                SpanField.PROVIDER,
                List.of("AzureOpenAI 1", "null 1"),
                SpanField.MODEL_NAME,
                List.of("gpt-4o 1", "null 1"),
                SpanField.OPERATION_NAME,
                List.of("chat 1", "chat gpt 1"),
                SpanField.KIND,
                List.of("llm 1", "other 1"),
                SpanField.SESSION_ID,
                List.of("s 1", "null 1"),
                SpanField.USER_ID,
                List.of("u 1", "null 1"),
                SpanField.SERVICE_NAME,
                List.of("checkout 1", "null 1"),
                SpanField.STATUS,
                List.of("error 1", "ok 1"),
                SpanField.FINISH_REASON,
                List.of("stop 1", "null 1"),
                SpanField.tag("env"),
                List.of("prod 1", "null 1"));
        verify(() -> expected.forEach((field, rows) ->
                assertThat(top(field, Measure.SPANS, 50)).as(field.name()).containsExactlyElementsOf(rows)));
    }

    @Test
    void values_areSuggestedForEveryField() {
        store(full(), at(NOON).build());
        Map<SpanField<?>, List<ValueCount>> expected = Map.ofEntries(
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
                Map.entry(SpanField.FINDING_SEVERITY, List.of(one("High"), one("Low"))),
                Map.entry(SpanField.ACTION_NAME, List.of(one("search"))),
                Map.entry(SpanField.TAG, List.of(one(""), one("env"))),
                Map.entry(SpanField.tag("env"), List.of(one("prod"))),
                Map.entry(SpanField.tag(""), List.of(one("empty key"))),
                Map.entry(SpanField.tag("none"), List.of()));
        verify(() -> expected.forEach((field, values) -> assertThat(analytics().values(query().build(), field, ""))
                .as(field.name())
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

    private TraceQuery hour() {
        return query().startTime(NOON).endTime(NOON.plusSeconds(3_599)).build();
    }

    private List<String> groups(SpanField<?> field, int count) {
        return analytics().timeline(query().build(), 60, field, count).groups().stream()
                .map(group -> group(group.value(), group.other(), group.total().spans()))
                .toList();
    }

    private static String group(@Nullable String value, boolean other, long spans) {
        return value + " " + other + " " + spans;
    }

    private static Timeline.Bucket bucket(long seconds, Measures measures) {
        return Timeline.Bucket.of(NOON.plusSeconds(seconds), measures);
    }

    private List<String> topUsers(Measure order, int limit) {
        return top(SpanField.USER_ID, order, limit);
    }
}
