package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Walks along cursors in a store that stands still, and cursors that must be refused. */
abstract class CursorContract extends ContractTest {

    CursorContract(RepositoryFixture store) {
        super(store);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 30, 100})
    void walk_meetsEachItemOnceInOrder(int pageSize) {
        List<TraceSpan> spans = manySpansWithTies(20);
        repository.storeSpans(spans);
        repository.storeSpans(spans.subList(5, 15));
        for (Order order : Order.values()) {
            TraceQuery all = query().order(order).limit(TraceQuery.MAX_LIMIT).build();
            TraceQuery paged = all.toBuilder().limit(pageSize).build();
            verify(() -> assertWalks(all, paged));
        }
    }

    @Test
    void walk_withAFilter() {
        List<TraceSpan> spans = manySpansWithTies(40);
        repository.storeSpans(spans);
        TraceQuery all =
                query().modelName("model 1").limit(TraceQuery.MAX_LIMIT).build();
        verify(() -> {
            assertThat(repository.querySpans(all).items()).hasSizeGreaterThan(5);
            assertWalks(all, all.toBuilder().limit(2).build());
        });
    }

    @Test
    void walk_throughOneTimeOnly() {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 3; j++) {
                spans.add(span().traceId(new UUID(i % 2 == 0 ? i : -i, i))
                        .spanId(new UUID(j - 1, j))
                        .build());
            }
        }
        repository.storeSpans(spans);
        for (Order order : Order.values()) {
            TraceQuery all = query().order(order).limit(100).build();
            verify(() -> {
                assertThat(repository.querySpans(all).items()).hasSize(15);
                assertThat(repository.queryTraces(all).items()).hasSize(5);
                assertWalks(all, all.toBuilder().limit(1).build());
            });
        }
    }

    @Test
    void walk_tracesWithoutSpans() {
        for (int i = 0; i < 5; i++) {
            repository.storeTrace(new TraceEvent(UUID.randomUUID(), tenant, Samples.START.plusNanos(i / 2), List.of()));
        }
        TraceQuery all = query().build();
        verify(() -> {
            assertThat(repository.queryTraces(all).items()).hasSize(5);
            assertWalks(all, query().limit(2).build());
        });
    }

    @Test
    void walk_mayChangeThePageSize() {
        List<TraceSpan> spans = manySpansWithTies(20);
        repository.storeSpans(spans);
        verify(() -> {
            List<TraceSpan> expected = repository.querySpans(everything()).items();
            TraceQuery first = query().limit(3).build();
            TraceQuery second = first.next(repository.querySpans(first)).orElseThrow().toBuilder()
                    .limit(8)
                    .build();
            assertSpans(second, expected.subList(3, 11));
        });
    }

    @Test
    void walk_outlivesCompaction() {
        List<TraceSpan> spans = manySpansWithTies(20);
        repository.storeSpans(spans);
        repository.storeSpans(spans);
        List<TraceSpan> expected = repository.querySpans(everything()).items();
        TraceQuery first = query().limit(7).build();
        TraceQuery second = first.next(repository.querySpans(first)).orElseThrow();
        compact();
        assertSpans(second, expected.subList(7, 14));
    }

    @Test
    void walk_meetsExtremeTimes() {
        List<TraceSpan> spans = new ArrayList<>();
        for (Instant time : TimeContract.extremes()) {
            spans.add(span().startTime(time).build());
        }
        repository.storeSpans(spans);
        for (Order order : Order.values()) {
            TraceQuery all = query().order(order).build();
            verify(() -> {
                assertThat(repository.querySpans(all).items()).hasSize(spans.size());
                assertWalks(all, all.toBuilder().limit(1).build());
            });
        }
    }

    /** An earlier span moves its trace behind the place where the walk stands; it was not met yet, so it must come. */
    @Test
    void walk_meetsATraceThatMovedInThePlaceItHad() {
        List<TraceEvent> traces = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            TraceSpan span = span().startTime(Samples.START.plusSeconds(i)).build();
            repository.storeSpan(span);
            traces.add(TraceEvent.ofSpans(List.of(span)));
        }
        for (Walks<?> walks : List.of(Walks.TRACES, Walks.SUMMARIES)) {
            TraceQuery query = query().order(Order.OLDEST_FIRST).limit(2).build();
            Walks.Step<?> first = walks.first(repository, query);
            UUID moved = traces.get(4).traceId();
            repository.storeSpan(span().traceId(moved)
                    .startTime(repository
                            .getTrace(tenant, moved)
                            .orElseThrow()
                            .createdAt()
                            .minusSeconds(60))
                    .build());
            List<UUID> met = new ArrayList<>(first.traceIds());
            first.rest().forEach(step -> met.addAll(step.traceIds()));
            assertThat(met).doesNotHaveDuplicates().contains(moved);
            repository.deleteTrace(tenant, moved);
            repository.storeTrace(traces.get(4));
        }
    }

    /** Met already, then moved ahead of the walk: it must not come again. */
    @Test
    void walk_doesNotMeetAMovedTraceAgain() {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            spans.add(span().startTime(Samples.START.plusSeconds(i)).build());
        }
        repository.storeSpans(spans);
        TraceQuery query = query().limit(2).build();
        Walks.Step<TraceEvent> traces = Walks.TRACES.first(repository, query);
        Walks.Step<TraceSummary> summaries = Walks.SUMMARIES.first(repository, query);
        UUID moved = spans.get(5).traceId();
        repository.storeSpan(
                span().traceId(moved).startTime(Samples.START.minusSeconds(60)).build());
        verify(() -> {
            assertThat(traces.traceIds()).contains(moved);
            assertThat(traces.rest())
                    .flatExtracting(Walks.Step::traceIds)
                    .hasSize(4)
                    .doesNotContain(moved);
            assertThat(summaries.rest())
                    .flatExtracting(Walks.Step::traceIds)
                    .hasSize(4)
                    .doesNotContain(moved);
        });
    }

    @Test
    void walk_meetsASpanThatMovedOnce() {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            spans.add(span().startTime(Samples.START.plusSeconds(i)).build());
        }
        repository.storeSpans(spans);
        Walks.Step<TraceSpan> first =
                Walks.SPANS.first(repository, query().limit(2).build());
        TraceSpan wasMet = spans.get(5).toBuilder()
                .startTime(Samples.START.minusSeconds(9))
                .build();
        TraceSpan wasNotMet =
                spans.get(0).toBuilder().startTime(Samples.START.plusSeconds(9)).build();
        store(wasMet, wasNotMet);
        verify(() -> assertThat(first.rest())
                .flatExtracting(Walks.Step::items)
                .containsExactly(spans.get(3), spans.get(2), spans.get(1), wasNotMet));
    }

    @Test
    void walk_missesWhatWasDeletedOnTheWay() {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            spans.add(span().startTime(Samples.START.plusSeconds(i)).build());
        }
        repository.storeSpans(spans);
        Walks.Step<TraceSpan> first =
                Walks.SPANS.first(repository, query().limit(2).build());
        repository.deleteTrace(tenant, spans.get(2).traceId());
        repository.deleteTrace(tenant, spans.get(4).traceId()); // the one that the cursor stands on
        verify(() -> assertThat(first.rest())
                .flatExtracting(Walks.Step::items)
                .containsExactly(spans.get(3), spans.get(1), spans.get(0)));
    }

    @Test
    void cursorOfAnotherQuery_isRefused() {
        repository.storeSpans(manySpansWithTies(10));
        TraceQuery query = query().limit(2).build();
        verify(() -> {
            for (TraceQuery other : otherQueries()) {
                TraceQuery wrong = other.toBuilder()
                        .cursor(repository.querySpans(query).nextCursor())
                        .build();
                assertRefused(wrong, "cursor of another query");
            }
        });
    }

    @Test
    void damagedCursor_isRefused() {
        repository.storeSpans(manySpansWithTies(10));
        TraceQuery query = query().limit(2).build();
        String cursor = Objects.requireNonNull(repository.querySpans(query).nextCursor());
        for (String damaged : List.of(
                "",
                "x",
                "no cursor at all",
                "%%%",
                "😀",
                cursor + "AAAA",
                cursor.substring(4),
                cursor.substring(0, cursor.length() - 4),
                cursor.substring(0, cursor.length() - 1) + "=")) {
            assertRefused(query.toBuilder().cursor(damaged).build(), "cursor is damaged");
        }
    }

    private void assertRefused(TraceQuery query, String message) {
        assertThatThrownBy(() -> repository.querySpans(query))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(message);
        assertThatThrownBy(() -> repository.queryTraces(query))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(message);
        assertThatThrownBy(() -> repository.queryTraceSummaries(query))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(message);
    }

    private List<TraceQuery> otherQueries() {
        return List.of(
                query().order(Order.OLDEST_FIRST).build(),
                TraceQuery.builder(otherTenant).build(),
                query().startTime(Samples.START).build(),
                query().endTime(Samples.START.plusSeconds(9)).build(),
                query().provider(LlmProvider.OPENAI).build(),
                query().modelName("model 1").build(),
                query().operationName("chat").build(),
                query().kind(SpanKind.OTHER).build(),
                query().traceId(UUID.randomUUID()).build(),
                query().sessionId("s").build(),
                query().userId("u").build(),
                query().serviceName("s").build(),
                query().tag("a", "b").build(),
                query().minSecurityScore(0).build(),
                query().maxSecurityScore(100).build(),
                query().findingType("pii").build(),
                query().findingSeverity(Severity.HIGH).build(),
                query().actionName("search").build(),
                query().minDurationMs(0L).build(),
                query().maxDurationMs(9L).build(),
                query().minCostUsd(0.0).build(),
                query().maxCostUsd(9.0).build(),
                query().status(SpanStatus.OK).build(),
                query().text("word").build());
    }

    private void assertWalks(TraceQuery all, TraceQuery paged) {
        assertWalk(Walks.TRACES, all, paged);
        assertWalk(Walks.SUMMARIES, all, paged);
        assertWalk(Walks.SPANS, all, paged);
        assertWalk(Walks.OUTLINES, all, paged);
    }

    private <T extends Record> void assertWalk(Walks<T> walks, TraceQuery all, TraceQuery paged) {
        List<T> expected = walks.page(repository, all).items();
        List<Walks.Step<T>> steps = walks.all(repository, paged);
        List<T> met = new ArrayList<>();
        steps.forEach(step -> met.addAll(step.items()));
        Same.assertExactly(walks + " in pages, " + paged, met, expected);
        int pages = Math.max(1, (expected.size() + paged.limit() - 1) / paged.limit());
        assertThat(steps).as("pages of %s", walks).hasSize(pages);
    }

    /** Up to three spans a trace, up to four items of one time. */
    private List<TraceSpan> manySpansWithTies(int count) {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            spans.add(span().traceId(new UUID((i / 3) % 2 == 0 ? i / 3 : -i / 3, tenant.getLeastSignificantBits()))
                    .startTime(Samples.START.plusNanos(i / 4))
                    .modelName("model " + i % 3)
                    .build());
        }
        return spans;
    }
}
