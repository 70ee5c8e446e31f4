package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.filter.QueryFilter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paging by cursor through a store that does not change or changes between pages, and cursors that must be refused. */
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
            repository.storeTrace(TraceEvent.of(UUID.randomUUID(), tenant, Samples.START.plusNanos(i / 2), List.of()));
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

    /** An earlier span moves its trace past the position of the scan: the trace was not returned yet, so it must be. */
    @Test
    void walk_meetsATraceThatMovedInThePlaceItHad() {
        List<TraceEvent> traces = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            TraceSpan span = span().startTime(Samples.START.plusSeconds(i)).build();
            repository.storeSpan(span);
            traces.add(TraceEvent.ofSpans(List.of(span)));
        }
        for (PagedQuery<?> pagedQuery : List.of(PagedQuery.TRACES, PagedQuery.SUMMARIES)) {
            TraceQuery query = query().order(Order.OLDEST_FIRST).limit(2).build();
            PagedQuery.FetchedPage<?> first = pagedQuery.first(repository, query);
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

    /** A trace that was returned and then moves ahead of the scan must not be returned again. */
    @Test
    void walk_doesNotMeetAMovedTraceAgain() {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            spans.add(span().startTime(Samples.START.plusSeconds(i)).build());
        }
        repository.storeSpans(spans);
        TraceQuery query = query().limit(2).build();
        PagedQuery.FetchedPage<TraceEvent> traces = PagedQuery.TRACES.first(repository, query);
        PagedQuery.FetchedPage<TraceSummary> summaries = PagedQuery.SUMMARIES.first(repository, query);
        UUID moved = spans.get(5).traceId();
        repository.storeSpan(
                span().traceId(moved).startTime(Samples.START.minusSeconds(60)).build());
        verify(() -> {
            assertThat(traces.traceIds()).contains(moved);
            assertThat(traces.rest())
                    .flatExtracting(PagedQuery.FetchedPage::traceIds)
                    .hasSize(4)
                    .doesNotContain(moved);
            assertThat(summaries.rest())
                    .flatExtracting(PagedQuery.FetchedPage::traceIds)
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
        PagedQuery.FetchedPage<TraceSpan> first =
                PagedQuery.SPANS.first(repository, query().limit(2).build());
        TraceSpan wasMet = spans.get(5).toBuilder()
                .startTime(Samples.START.minusSeconds(9))
                .build();
        TraceSpan wasNotMet =
                spans.get(0).toBuilder().startTime(Samples.START.plusSeconds(9)).build();
        store(wasMet, wasNotMet);
        verify(() -> assertThat(first.rest())
                .flatExtracting(PagedQuery.FetchedPage::items)
                .containsExactly(spans.get(3), spans.get(2), spans.get(1), wasNotMet));
    }

    @Test
    void walk_missesWhatWasDeletedOnTheWay() {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            spans.add(span().startTime(Samples.START.plusSeconds(i)).build());
        }
        repository.storeSpans(spans);
        PagedQuery.FetchedPage<TraceSpan> first =
                PagedQuery.SPANS.first(repository, query().limit(2).build());
        repository.deleteTrace(tenant, spans.get(2).traceId());
        repository.deleteTrace(tenant, spans.get(4).traceId()); // the item at which the cursor points
        verify(() -> assertThat(first.rest())
                .flatExtracting(PagedQuery.FetchedPage::items)
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

    /** Returns queries that differ from {@code query()} in one way each. */
    private List<TraceQuery> otherQueries() {
        List<TraceQuery> others = new ArrayList<>();
        others.add(query().order(Order.OLDEST_FIRST).build());
        others.add(TraceQuery.builder(otherTenant).build());
        others.add(query().tag("a", "b").build());
        TraceSpan span = Samples.full(tenant, UUID.randomUUID(), UUID.randomUUID());
        for (QueryFilter<?> filter : QueryFilter.all()) {
            String value = filter.field().textsOf(span).iterator().next();
            others.add(query().parseFilter(filter, value).build());
        }
        for (SpanField<?> field : SpanField.all()) {
            if (field.isFilteredByPresence()) {
                others.add(query().has(field).build());
                others.add(query().lacks(field).build());
            }
        }
        return others;
    }

    private void assertWalks(TraceQuery all, TraceQuery paged) {
        assertScan(PagedQuery.TRACES, all, paged);
        assertScan(PagedQuery.SUMMARIES, all, paged);
        assertScan(PagedQuery.SPANS, all, paged);
        assertScan(PagedQuery.OUTLINES, all, paged);
    }

    private <T> void assertScan(PagedQuery<T> pagedQuery, TraceQuery all, TraceQuery paged) {
        List<T> expected = pagedQuery.page(repository, all).items();
        List<PagedQuery.FetchedPage<T>> steps = pagedQuery.all(repository, paged);
        List<T> met = new ArrayList<>();
        steps.forEach(step -> met.addAll(step.items()));
        ExactAssertions.assertExactly(pagedQuery + " in pages, " + paged, met, expected);
        int pages = Math.max(1, (expected.size() + paged.limit() - 1) / paged.limit());
        assertThat(steps).as("pages of %s", pagedQuery).hasSize(pages);
    }

    /** Returns spans of which up to three are in one trace, and up to four have the same start. */
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
