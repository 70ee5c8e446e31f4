package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.llmtrace.storage.filter.FilterExpression;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests each filter alone, pairs of filters, and all together, with spans that differ from the wanted one in one field.
 */
abstract class FilterContract extends ContractTest {

    private static final int PARTNERS = Effort.of(1, 6);

    FilterContract(RepositoryFixture store) {
        super(store);
    }

    static List<FilterCase> filters() {
        return Effort.isFull() ? FilterCase.all() : FilterCase.onePerFilter();
    }

    static List<FilterCase> spanFilters() {
        return Effort.isFull() ? FilterCase.ofSpans() : FilterCase.onePerField();
    }

    @ParameterizedTest
    @MethodSource("filters")
    void filter_selectsTheWantedAndNoTwin(FilterCase filter) {
        TraceSpan wanted = filter.wantedSpan(tenant);
        List<TraceSpan> stored = new ArrayList<>(List.of(wanted, ofOtherTenant(wanted)));
        filter.twins().forEach(twin -> stored.add(filter.twinOf(wanted, twin)));
        repository.storeSpans(stored);
        TraceQuery query = filter.query(tenant, wanted);
        verify(() -> {
            assertSpans(query, wanted);
            assertTraces(query, TraceEvent.ofSpans(List.of(wanted)));
        });
    }

    @ParameterizedTest
    @MethodSource("spanFilters")
    void filter_givesTheTraceWhole(FilterCase filter) {
        TraceSpan wanted = filter.wantedSpan(tenant);
        TraceSpan sibling = filter.twins()
                .get(0)
                .apply(wanted.toBuilder().spanId(UUID.randomUUID()))
                .build();
        store(wanted, sibling);
        TraceQuery query = filter.query(tenant, wanted);
        verify(() -> {
            assertSpans(query, wanted);
            assertTraces(query, TraceEvent.ofSpans(List.of(wanted, sibling)));
        });
    }

    @Test
    void noFilter_selectsEverythingOfTheTenant() {
        TraceSpan first = Samples.full(tenant, UUID.randomUUID(), UUID.randomUUID());
        TraceSpan second = span().startTime(Samples.START.minusNanos(1)).build();
        TraceEvent empty = TraceEvent.of(UUID.randomUUID(), tenant, Samples.START.minusNanos(2), List.of());
        store(first, second, ofOtherTenant(first));
        repository.storeTrace(empty);
        verify(() -> {
            assertSpans(query().build(), first, second);
            assertTraces(
                    query().build(), TraceEvent.ofSpans(List.of(first)), TraceEvent.ofSpans(List.of(second)), empty);
        });
    }

    /**
     * A trace in which one span passes the first filter and another the second does not match. Each filter meets some others, which
     * the seed chooses: all pairs would be most of the time of the whole contract.
     */
    @Test
    void twoFilters_mustHoldOnTheSameSpan() {
        Seeds.run(1, seed -> {
            List<Pair> pairs = pairs(new Random(seed));
            List<TraceSpan> stored = new ArrayList<>();
            pairs.forEach(pair -> stored.addAll(pair.all()));
            repository.storeSpans(stored);
            verify(() -> pairs.forEach(pair -> {
                assertSpans(pair.query, pair.wanted);
                assertTraces(pair.query, TraceEvent.ofSpans(List.of(pair.wanted)));
            }));
        });
    }

    @Test
    void allFiltersAtOnce() {
        List<FilterCase> cases = FilterCase.onePerField();
        TraceSpan.Builder passing = FilterCase.base(tenant);
        cases.forEach(filter -> filter.wanted().apply(passing));
        TraceSpan wanted = passing.build();
        List<TraceSpan> stored = new ArrayList<>(List.of(wanted, ofOtherTenant(wanted)));
        TraceQuery.Builder query = query();
        for (FilterCase filter : cases) {
            filter.filter().accept(query, wanted);
            filter.twins().forEach(twin -> stored.add(filter.twinOf(wanted, twin)));
        }
        repository.storeSpans(stored);
        verify(() -> {
            assertSpans(query.build(), wanted);
            assertTraces(query.build(), TraceEvent.ofSpans(List.of(wanted)));
        });
    }

    static List<String> expressionsOfTheWanted() {
        return List.of(
                "model:gpt-4*",
                "model:*4o OR kind:chain",
                "kind:(llm, agent) provider:openai",
                "NOT (kind:tool OR kind:agent) model:*",
                "(session:s-1 OR user:nobody) -model:other",
                "-(session:nobody OR model:claude*) kind:llm",
                "tokens:1000..2000",
                "tokens:>1499 tokens:<1501",
                "-tokens:<1500 -tokens:>2000 tokens:*",
                "start:2026-03-01..2026-03-02 -status:error kind:llm",
                "tag.env:p*d",
                "tag.env:prod OR tag.env:test",
                "tag.\"a b\":\"50%_\\\\\"",
                "tag.\"a b\":50%*",
                "finding:pii severity:high",
                "finding:p* severity:(high OR critical)",
                "kind:llm (finding:pii severity:high OR model:none)",
                "action:lookup* kind:llm",
                "want OR nowhere",
                "NOT unheard kind:llm refun*",
                "NOT (refund unheard) refund");
    }

    /**
     * One span passes, and others lack the fields, or have other values. A span without a value passes the negation of a comparison.
     */
    @ParameterizedTest
    @MethodSource("expressionsOfTheWanted")
    void expression_selectsTheWanted(String expression) {
        TraceSpan wanted = span().kind(SpanKind.LLM)
                .provider(new LlmProvider("openai"))
                .modelName("gpt-4o")
                .startTime(Samples.START)
                .totalTokens(1_500L)
                .sessionId("s-1")
                .prompt("I want my refund")
                .tags(Map.of("env", "prod", "a b", "50%_\\"))
                .securityFindings(List.of(SecurityFinding.builder(Severity.HIGH, "pii", Samples.START)
                        .build()))
                .agentActions(List.of(AgentAction.builder(AgentActionType.TOOL_CALL, "lookup_order", Samples.START)
                        .build()))
                .build();
        TraceSpan other = span().kind(SpanKind.TOOL)
                .modelName("gpt_4")
                .startTime(Samples.START.plus(Duration.ofDays(9)))
                .totalTokens(2_001L)
                .sessionId("S-1")
                .prompt("unheard of: a refund")
                .tags(Map.of("env", "prods", "a b", "50x_"))
                .securityFindings(List.of(
                        SecurityFinding.builder(Severity.LOW, "pii", Samples.START)
                                .build(),
                        SecurityFinding.builder(Severity.HIGH, "toxicity", Samples.START)
                                .build()))
                .build();
        TraceSpan bare = span().kind(SpanKind.OTHER).build();
        store(wanted, other, bare, ofOtherTenant(wanted));
        TraceQuery query = query().where(FilterExpression.parse(expression)).build();
        verify(() -> {
            assertSpans(query, wanted);
            assertTraces(query, TraceEvent.ofSpans(List.of(wanted)));
        });
    }

    @Test
    void conditionsInBraces_mayBeMetByDifferentSpansOfATrace() {
        UUID traceId = UUID.randomUUID();
        UUID otherId = UUID.randomUUID();
        TraceSpan failed = span().startTime(Samples.START.minusSeconds(0))
                .traceId(traceId)
                .kind(SpanKind.TOOL)
                .errorMessage("late")
                .prompt("refund")
                .build();
        TraceSpan expensive = span().startTime(Samples.START.minusSeconds(1))
                .traceId(traceId)
                .kind(SpanKind.LLM)
                .estimatedCostUsd(2.0)
                .build();
        TraceSpan broken = span().startTime(Samples.START.minusSeconds(2))
                .traceId(otherId)
                .kind(SpanKind.TOOL)
                .errorMessage("late")
                .prompt("refund")
                .build();
        TraceSpan costly = span().startTime(Samples.START.minusSeconds(3))
                .traceId(otherId)
                .kind(SpanKind.LLM)
                .estimatedCostUsd(2.0)
                .build();
        store(failed, expensive, broken, costly, ofOtherTenant(failed));
        TraceSpan repaired = broken.toBuilder().errorMessage(null).build();
        store(repaired);
        List<TraceSpan> wanted = List.of(failed, expensive);
        List<TraceSpan> others = List.of(repaired, costly);
        List<TraceSpan> all = List.of(failed, expensive, repaired, costly);
        verify(() -> {
            assertSelected("kind:tool cost:>1", List.of());
            assertSelected("{kind:tool} {cost:>1}", all);
            assertSelected("{kind:tool status:error refund} {kind:llm cost:>1}", wanted);
            assertSelected("{status:error} kind:llm", List.of(expensive));
            assertSelected("-{status:error}", others);
            assertSelected("-{status:error} OR {cost:>3}", others);
            assertSelected("-{status:error} kind:tool", List.of(repaired));
        });
    }

    private void assertSelected(String expression, List<TraceSpan> spans) {
        TraceQuery query = query().where(FilterExpression.parse(expression)).build();
        assertSpans(query, spans);
        Set<UUID> traceIds = spans.stream().map(TraceSpan::traceId).collect(Collectors.toSet());
        assertThat(repository.queryTraceSummaries(query).items())
                .as(expression)
                .extracting(TraceSummary::traceId)
                .containsExactlyInAnyOrderElementsOf(traceIds);
    }

    @Test
    void minimumAndMaximumTogether_areInclusive() {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            spans.add(span().startTime(Samples.START.plusNanos(i))
                    .securityScore(50 + i)
                    .durationMs(50L + i)
                    .estimatedCostUsd(50.0 + i)
                    .build());
        }
        spans.add(span().build());
        repository.storeSpans(spans);
        verify(() -> {
            assertSpans(
                    query().minSecurityScore(51).maxSecurityScore(53).build(),
                    spans.get(3),
                    spans.get(2),
                    spans.get(1));
            assertSpans(query().minDurationMs(52L).maxDurationMs(52L).build(), spans.get(2));
            assertSpans(query().minCostUsd(53.5).maxCostUsd(60.0).build(), spans.get(4));
            assertSpans(
                    query().startTime(Samples.START.plusNanos(1))
                            .endTime(Samples.START.plusNanos(2))
                            .build(),
                    spans.get(2),
                    spans.get(1));
        });
    }

    @Test
    void boundsBeyondWhatCanBeStored_doNotWrapAround() {
        TraceSpan first = span().startTime(Times.EARLIEST)
                .estimatedCostUsd(0.0)
                .durationMs(0L)
                .build();
        TraceSpan last = span().startTime(Times.LATEST)
                .estimatedCostUsd(Double.MAX_VALUE)
                .durationMs(Long.MAX_VALUE)
                .build();
        store(first, last);
        verify(() -> {
            assertSpans(query().startTime(Instant.MIN).endTime(Instant.MAX).build(), last, first);
            assertSpans(query().startTime(Instant.MAX).build());
            assertSpans(query().endTime(Instant.MIN).build());
            assertSpans(query().startTime(Times.LATEST.plusNanos(1)).build());
            assertSpans(query().endTime(Times.EARLIEST.minusNanos(1)).build());
            assertSpans(query().minDurationMs(Long.MAX_VALUE).build(), last);
            assertSpans(query().maxDurationMs(0L).build(), first);
            assertSpans(query().maxDurationMs(Long.MAX_VALUE - 1).build(), first);
            assertSpans(
                    query().minCostUsd(Double.MIN_VALUE)
                            .maxCostUsd(Double.POSITIVE_INFINITY)
                            .build(),
                    last);
            assertSpans(query().minCostUsd(Double.POSITIVE_INFINITY).build());
            assertSpans(query().maxCostUsd(0.0).build(), first);
        });
    }

    @Test
    void traceWithoutSpans_passesOnlyWhatAsksNothingOfSpans() {
        TraceEvent empty = TraceEvent.of(UUID.randomUUID(), tenant, Samples.START, List.of());
        repository.storeTrace(empty);
        verify(() -> {
            assertTraces(query().traceId(empty.traceId()).build(), empty);
            assertTraces(query().status(SpanStatus.OK).build());
            assertTraces(query().startTime(Samples.START).build());
            assertTraces(query().endTime(Samples.START).build());
            for (FilterCase filter : FilterCase.ofSpans()) {
                assertTraces(filter.query(tenant, filter.wantedSpan(tenant)).toBuilder()
                        .traceId(empty.traceId())
                        .build());
            }
        });
    }

    @Test
    void tagWithAnEmptyKeyOrValue_isFound() {
        TraceSpan key = span().tags(Map.of("", "v")).build();
        TraceSpan value = span().tags(Map.of("k", "")).build();
        TraceSpan both = span().tags(Map.of("", "")).build();
        store(key, value, both, span().build());
        verify(() -> {
            assertSpans(query().tags(Map.of("", "v")).build(), key);
            assertSpans(query().tags(Map.of("k", "")).build(), value);
            assertSpans(query().tags(Map.of("", "")).build(), both);
        });
    }

    /** A driver that replaces characters which UTF-8 cannot represent would find spans with the replacement. */
    @Test
    void filterThatIsNotUnicode_findsNothing() {
        store(
                span().modelName("?").sessionId("?").build(),
                span().modelName("\uFFFD").sessionId("\uFFFD").build());
        verify(() -> {
            assertRefusedOrEmpty(query().modelName("\uD800"));
            assertRefusedOrEmpty(query().sessionId("\uDC00"));
        });
    }

    private void assertRefusedOrEmpty(TraceQuery.Builder query) {
        TraceQuery built;
        try {
            built = query.build();
        } catch (IllegalArgumentException e) {
            return;
        }
        assertSpans(built);
        assertTraces(built);
    }

    /** Returns a pair of each filter with each of the next ones, in a random order that ends where it begins. */
    private static List<Pair> pairs(Random random) {
        List<FilterCase> cases = FilterCase.onePerField();
        Collections.shuffle(cases, random);
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            for (int next = 1; next <= PARTNERS; next++) {
                pairs.add(Pair.of(cases.get(i), cases.get((i + next) % cases.size())));
            }
        }
        return pairs;
    }

    private TraceSpan ofOtherTenant(TraceSpan span) {
        return span.toBuilder().tenantId(otherTenant).build();
    }

    /** A query with two filters in a tenant of its own: one span passes both, two spans of another trace pass one each. */
    private record Pair(TraceQuery query, TraceSpan wanted, TraceSpan onlyFirst, TraceSpan onlySecond) {

        static Pair of(FilterCase first, FilterCase second) {
            TraceSpan wanted = second.wanted()
                    .apply(first.wanted().apply(FilterCase.base(UUID.randomUUID())))
                    .build();
            UUID traceId = UUID.randomUUID();
            TraceSpan onlyFirst = second.twins()
                    .get(0)
                    .apply(wanted.toBuilder())
                    .traceId(traceId)
                    .build();
            TraceSpan onlySecond = first.twins()
                    .get(0)
                    .apply(wanted.toBuilder())
                    .traceId(traceId)
                    .spanId(UUID.randomUUID())
                    .build();
            TraceQuery.Builder query = TraceQuery.builder(wanted.tenantId());
            first.filter().accept(query, wanted);
            second.filter().accept(query, wanted);
            return new Pair(query.build(), wanted, onlyFirst, onlySecond);
        }

        List<TraceSpan> all() {
            return List.of(onlyFirst, wanted, onlySecond);
        }
    }
}
