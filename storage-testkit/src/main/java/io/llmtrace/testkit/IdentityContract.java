package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.TraceQuery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A write with the same tenant, trace and span id replaces the span; a trace is as old as its earliest write. */
abstract class IdentityContract extends ContractTest {

    IdentityContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void spanWrittenTwice_isOne() {
        TraceSpan span = Samples.full(tenant, UUID.randomUUID(), UUID.randomUUID());
        repository.storeSpan(span);
        repository.storeSpan(span);
        verify(() -> assertOnly(TraceEvent.ofSpans(List.of(span))));
    }

    @Test
    void traceWrittenTwice_isOne() {
        UUID traceId = UUID.randomUUID();
        TraceEvent trace = TraceEvent.ofSpans(List.of(
                Samples.full(tenant, traceId, UUID.randomUUID()),
                span().traceId(traceId).build()));
        repository.storeTrace(trace);
        repository.storeTrace(trace);
        repository.storeSpans(trace.spans());
        verify(() -> assertOnly(trace));
    }

    @Test
    void duplicatesInOneBatch_theLaterWins() {
        TraceSpan first = Samples.full(tenant, UUID.randomUUID(), UUID.randomUUID());
        TraceSpan second = first.toBuilder().prompt("second").build();
        TraceSpan third = span().traceId(first.traceId()).spanId(first.spanId()).build();
        store(first, second, third, second, third);
        verify(() -> assertOnly(TraceEvent.ofSpans(List.of(third))));
    }

    @Test
    void manyWritesOfOneSpan_countAsOne() {
        TraceSpan span = span().build();
        for (int i = 0; i < 60; i++) {
            repository.storeSpan(span.toBuilder().response("answer " + i).build());
        }
        TraceSpan last = span.toBuilder().response("answer 59").build();
        verify(() -> assertOnly(TraceEvent.ofSpans(List.of(last))));
    }

    @Test
    void replacement_givesEveryFieldAnew() {
        TraceSpan full = Samples.full(tenant, UUID.randomUUID(), UUID.randomUUID());
        TraceSpan bare = span().traceId(full.traceId())
                .spanId(full.spanId())
                .operationName("")
                .build();
        repository.storeSpan(full);
        repository.storeSpan(bare);
        verify(() -> assertOnly(TraceEvent.ofSpans(List.of(bare))));
        repository.storeSpan(full);
        verify(() -> assertOnly(TraceEvent.ofSpans(List.of(full))));
    }

    @Test
    void replacement_byATrace() {
        TraceSpan old = span().prompt("old").build();
        TraceSpan stays = span().traceId(old.traceId())
                .startTime(Samples.START.plusNanos(5))
                .build();
        store(old, stays);
        TraceSpan replaced = old.toBuilder().prompt("new").build();
        TraceSpan added = span().traceId(old.traceId())
                .startTime(Samples.START.plusNanos(9))
                .build();
        repository.storeTrace(TraceEvent.ofSpans(List.of(replaced, added)));
        verify(() -> assertOnly(TraceEvent.ofSpans(List.of(replaced, stays, added))));
    }

    @Test
    void replacementAfterCompaction() {
        TraceSpan old = Samples.full(tenant, UUID.randomUUID(), UUID.randomUUID());
        repository.storeSpan(old);
        compact();
        TraceSpan replaced = old.toBuilder().modelName("other").tags(Map.of()).build();
        repository.storeSpan(replaced);
        verify(() -> assertOnly(TraceEvent.ofSpans(List.of(replaced))));
    }

    /** A store whose sort key contains the start time would keep both versions in a merge. */
    @Test
    void replacementWithAnotherStart_movesTheSpan() {
        TraceSpan span = span().startTime(Samples.START.plusSeconds(3_600)).build();
        TraceSpan neighbour = span().startTime(Samples.START.plusSeconds(1)).build();
        store(span, neighbour);
        Instant moved = Samples.START.minusSeconds(86_400L * 40);
        TraceSpan earlier = span.toBuilder().startTime(moved).build();
        repository.storeSpan(earlier);
        verify(() -> {
            assertSpans(everything(), neighbour, earlier);
            assertSpans(query().startTime(span.startTime())
                    .endTime(span.startTime())
                    .build());
            assertSpans(query().startTime(moved).endTime(moved).build(), earlier);
            assertTraces(query().startTime(span.startTime()).build());
            ExactAssertions.assertSame("getSpan", repository.getSpan(tenant, span.spanId()), earlier);
            assertThat(repository.stats(tenant).totalSpans()).isEqualTo(2);
        });
    }

    /** All filters share a store and its compactions, which cost a slow backend more than the queries do. */
    @Test
    void replacedValue_matchesNoFilterAnyMore() {
        List<FilterCase> filters = Effort.isFull() ? FilterCase.ofSpans() : FilterCase.onePerField();
        int twins = Effort.of(1, Integer.MAX_VALUE);
        List<Replacement> replacements = filters.stream()
                .flatMap(filter -> filter.twins().stream().limit(twins).map(twin -> Replacement.of(filter, twin)))
                .toList();
        List<TraceSpan> matching =
                replacements.stream().map(Replacement::matching).toList();
        repository.storeSpans(matching);
        repository.storeSpans(replacements.stream().map(Replacement::other).toList());
        verify(() -> replacements.forEach(replacement -> {
            assertSpans(replacement.query);
            assertTraces(replacement.query);
        }));
        repository.storeSpans(matching);
        verify(() -> replacements.forEach(replacement -> assertSpans(replacement.query, replacement.matching)));
    }

    /** A span that the query finds and a version of it that the query does not find, alone in their tenant. */
    private record Replacement(TraceQuery query, TraceSpan matching, TraceSpan other) {
        static Replacement of(FilterCase filter, FilterCase.Edit edit) {
            TraceSpan matching = filter.wantedSpan(UUID.randomUUID());
            return new Replacement(
                    filter.query(matching.tenantId(), matching),
                    matching,
                    edit.apply(matching.toBuilder()).build());
        }
    }

    @Test
    void sameSpanIdInTwoTraces_isTwoSpans() {
        TraceSpan first = span().prompt("first").build();
        TraceSpan second = span().spanId(first.spanId())
                .prompt("second")
                .startTime(Samples.START.plusNanos(1))
                .build();
        store(first, second);
        verify(() -> {
            assertStored(TraceEvent.ofSpans(List.of(first)));
            assertStored(TraceEvent.ofSpans(List.of(second)));
            assertSpans(everything(), second, first);
        });
    }

    @Test
    void spanByItsIdAlone_isTheNewestAndThenTheHighestTraceId() {
        UUID spanId = UUID.randomUUID();
        TraceSpan newest = span().traceId(new UUID(1, 7))
                .spanId(spanId)
                .startTime(Samples.START.plusNanos(1))
                .build();
        TraceSpan low = span().traceId(new UUID(2, 7)).spanId(spanId).build();
        TraceSpan high = span().traceId(new UUID(-2, 7)).spanId(spanId).build();
        store(high, newest, low);
        verify(() -> ExactAssertions.assertSame("getSpan", repository.getSpan(tenant, spanId), newest));
        repository.deleteTrace(tenant, newest.traceId());
        verify(() -> ExactAssertions.assertSame("getSpan", repository.getSpan(tenant, spanId), high));
        repository.deleteTrace(tenant, high.traceId());
        verify(() -> ExactAssertions.assertSame("getSpan", repository.getSpan(tenant, spanId), low));
    }

    @Test
    void createdAt_isTheEarliestOfAllWrites() {
        UUID traceId = UUID.randomUUID();
        TraceSpan middle = span().traceId(traceId).build();
        repository.storeSpan(middle);
        verify(() -> assertCreatedAt(traceId, Samples.START));

        repository.storeTrace(TraceEvent.of(traceId, tenant, Samples.START.plusSeconds(9), List.of()));
        verify(() -> assertCreatedAt(traceId, Samples.START));

        repository.storeSpan(
                span().traceId(traceId).startTime(Samples.START.minusNanos(1)).build());
        verify(() -> assertCreatedAt(traceId, Samples.START.minusNanos(1)));

        repository.storeTrace(TraceEvent.of(traceId, tenant, Samples.START.minusSeconds(9), List.of()));
        verify(() -> assertCreatedAt(traceId, Samples.START.minusSeconds(9)));

        repository.storeSpan(
                span().traceId(traceId).startTime(Samples.START.plusSeconds(60)).build());
        verify(() -> assertCreatedAt(traceId, Samples.START.minusSeconds(9)));
    }

    @Test
    void createdAtOfTheTrace_isKeptWhenItsSpansAreEarlier() {
        TraceSpan span = span().build();
        TraceEvent trace = TraceEvent.of(span.traceId(), tenant, Samples.START.plusSeconds(5), List.of(span));
        repository.storeTrace(trace);
        verify(() -> assertOnly(trace));
    }

    @Test
    void createdAt_staysWhenTheEarliestSpanMovesLater() {
        TraceSpan span = span().build();
        repository.storeSpan(span);
        TraceSpan later =
                span.toBuilder().startTime(Samples.START.plusSeconds(7)).build();
        repository.storeSpan(later);
        verify(() -> assertOnly(TraceEvent.of(span.traceId(), tenant, Samples.START, List.of(later))));
    }

    /** Two versions in one write are two writes: the trace keeps the earlier start, the span the later content. */
    @Test
    void createdAt_countsReplacedVersionsOfOneBatch() {
        TraceSpan early = span().build();
        TraceSpan late =
                early.toBuilder().startTime(Samples.START.plusSeconds(7)).build();
        store(early, late);
        verify(() -> assertOnly(TraceEvent.of(early.traceId(), tenant, Samples.START, List.of(late))));
    }

    @Test
    void lateData_movesTheTraceInTheOrder() {
        List<TraceEvent> traces = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            TraceSpan span = span().startTime(Samples.START.plusSeconds(i)).build();
            repository.storeSpan(span);
            traces.add(TraceEvent.ofSpans(List.of(span)));
        }
        TraceSpan late = span().traceId(traces.get(2).traceId())
                .startTime(Samples.START.minusSeconds(1))
                .build();
        repository.storeSpan(late);
        TraceEvent moved =
                TraceEvent.ofSpans(List.of(late, traces.get(2).spans().get(0)));
        verify(() -> {
            assertTraces(query().order(Order.OLDEST_FIRST).build(), moved, traces.get(0), traces.get(1));
            assertTraces(everything(), traces.get(1), traces.get(0), moved);
        });
    }

    private void assertCreatedAt(UUID traceId, Instant expected) {
        assertThat(repository.getTrace(tenant, traceId).orElseThrow().createdAt())
                .isEqualTo(expected);
        assertThat(repository.queryTraces(everything()).items())
                .extracting(TraceEvent::createdAt)
                .containsExactly(expected);
        assertThat(repository.stats(tenant).oldestTrace()).isEqualTo(expected);
        assertThat(repository.stats(tenant).newestTrace()).isEqualTo(expected);
    }

    /** Asserts that the tenant has exactly this trace. */
    private void assertOnly(TraceEvent trace) {
        assertStored(trace);
        assertTraces(everything(), trace);
        assertSpans(query().order(Order.OLDEST_FIRST).build(), trace.spans());
        assertThat(repository.stats(tenant).totalTraces()).isEqualTo(1);
        assertThat(repository.stats(tenant).totalSpans())
                .isEqualTo(trace.spans().size());
    }
}
