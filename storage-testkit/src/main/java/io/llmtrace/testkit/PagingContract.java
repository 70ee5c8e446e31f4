package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.TraceQuery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Order, limit and offset. */
abstract class PagingContract extends ContractTest {

    /** Ids in byte order. Compared as signed numbers, the last three would be first; one pair differs only in the low half. */
    private static final List<UUID> IDS_IN_BYTE_ORDER = List.of(
            new UUID(0, 1),
            new UUID(1, 0),
            new UUID(1, Long.MAX_VALUE),
            new UUID(1, Long.MIN_VALUE),
            new UUID(0x7f00_0000_0000_0000L, -1),
            new UUID(0x8000_0000_0000_0000L, 0),
            new UUID(0x8000_0000_0000_0000L, 0x8000_0000_0000_0000L),
            new UUID(0xff00_0000_0000_0000L, 5));

    PagingContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void order_newestFirstUnlessTold() {
        List<TraceSpan> spans = spansInOrder(5);
        storeShuffled(spans);
        List<TraceSpan> newestFirst = reversed(spans);
        verify(() -> {
            assertSpans(query().build(), newestFirst);
            assertTraces(query().build(), tracesOf(newestFirst));
            assertSpans(query().order(Order.OLDEST_FIRST).build(), spans);
            assertTraces(query().order(Order.OLDEST_FIRST).build(), tracesOf(spans));
        });
    }

    @Test
    void order_tiesGoByTraceIdInByteOrder() {
        List<TraceSpan> spans = new ArrayList<>();
        IDS_IN_BYTE_ORDER.forEach(id -> spans.add(span().traceId(id).build()));
        storeShuffled(spans);
        verify(() -> {
            assertSpans(query().order(Order.OLDEST_FIRST).build(), spans);
            assertTraces(query().order(Order.OLDEST_FIRST).build(), tracesOf(spans));
            assertSpans(query().build(), reversed(spans));
            assertTraces(query().build(), tracesOf(reversed(spans)));
        });
    }

    @Test
    void order_tiesWithinATraceGoBySpanIdInByteOrder() {
        UUID traceId = UUID.randomUUID();
        List<TraceSpan> spans = new ArrayList<>();
        IDS_IN_BYTE_ORDER.forEach(
                id -> spans.add(span().traceId(traceId).spanId(id).build()));
        storeShuffled(spans);
        verify(() -> {
            assertSpans(query().order(Order.OLDEST_FIRST).build(), spans);
            assertSpans(query().build(), reversed(spans));
        });
    }

    @Test
    void order_traceIdComesBeforeSpanId() {
        TraceSpan low = span().traceId(new UUID(1, 1)).spanId(new UUID(9, 9)).build();
        TraceSpan high = span().traceId(new UUID(2, 1)).spanId(new UUID(3, 3)).build();
        store(low, high);
        verify(() -> assertSpans(query().build(), high, low));
    }

    @Test
    void order_ofTracesIsByCreationNotByTheSpanThatMatches() {
        TraceSpan early = span().startTime(Samples.START.minusSeconds(60)).build();
        TraceSpan match = span().traceId(early.traceId())
                .startTime(Samples.START.plusSeconds(60))
                .modelName("m")
                .build();
        TraceSpan other = span().modelName("m").build();
        store(early, match, other);
        verify(() -> assertTraces(
                query().modelName("m").build(),
                TraceEvent.ofSpans(List.of(other)),
                TraceEvent.ofSpans(List.of(early, match))));
    }

    @Test
    void order_ofCreationGivenWithTheTrace() {
        TraceSpan first = span().build();
        TraceSpan second = span().build();
        TraceEvent older = TraceEvent.of(first.traceId(), tenant, Samples.START.minusSeconds(5), List.of(first));
        TraceEvent newer = TraceEvent.of(second.traceId(), tenant, Samples.START.plusSeconds(5), List.of(second));
        repository.storeTrace(newer);
        repository.storeTrace(older);
        verify(() -> assertTraces(query().build(), newer, older));
    }

    @Test
    void limit_isExact() {
        List<TraceSpan> spans = spansInOrder(7);
        storeShuffled(spans);
        verify(() -> {
            for (int limit : new int[] {1, 2, 6, 7, 8, 50, TraceQuery.MAX_LIMIT}) {
                assertPage(query().limit(limit).build(), reversed(spans), 0);
            }
        });
    }

    @Test
    void limit_isExactWhenTimesTie() {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            spans.add(span().traceId(new UUID(i, 0)).build());
        }
        storeShuffled(spans);
        verify(() -> {
            for (int limit : new int[] {1, 3, 6, 7}) {
                assertPage(query().limit(limit).build(), reversed(spans), 0);
            }
        });
    }

    @Test
    void limit_countsTracesNotTheirSpans() {
        List<TraceEvent> traces = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            UUID traceId = new UUID(i, 0);
            List<TraceSpan> spans = new ArrayList<>();
            for (int j = 0; j < 20; j++) {
                spans.add(span().traceId(traceId)
                        .startTime(Samples.START.plusNanos(j))
                        .build());
            }
            traces.add(TraceEvent.ofSpans(spans));
            repository.storeSpans(spans);
        }
        verify(() -> assertTraces(query().limit(2).build(), traces.get(2), traces.get(1)));
    }

    @Test
    void limit_countsEachSpanOnceHoweverOftenItWasWritten() {
        List<TraceSpan> spans = spansInOrder(6);
        for (int i = 0; i < 4; i++) {
            storeShuffled(spans);
        }
        verify(() -> {
            assertPage(query().limit(4).build(), reversed(spans), 0);
            assertPage(query().limit(4).offset(3).build(), reversed(spans), 3);
        });
    }

    @Test
    void limit_countsMatchesOnly() {
        List<TraceSpan> wanted = new ArrayList<>();
        List<TraceSpan> all = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            TraceSpan span = span().startTime(Samples.START.plusSeconds(i))
                    .modelName(i % 10 == 0 ? "rare" : "common")
                    .build();
            all.add(span);
            if (i % 10 == 0) {
                wanted.add(0, span);
            }
        }
        storeShuffled(all);
        verify(() -> assertPage(query().modelName("rare").limit(5).build(), wanted, 0));
    }

    @Test
    void offset_leavesOutThatMany() {
        List<TraceSpan> spans = spansInOrder(7);
        storeShuffled(spans);
        verify(() -> {
            for (int offset : new int[] {0, 1, 4, 6, 7, 8, 1_000_000, Integer.MAX_VALUE}) {
                assertPage(query().offset(offset).limit(2).build(), reversed(spans), offset);
                assertPage(
                        query().offset(offset)
                                .limit(2)
                                .order(Order.OLDEST_FIRST)
                                .build(),
                        spans,
                        offset);
            }
        });
    }

    @Test
    void offset_countsMatchesOnly() {
        List<TraceSpan> wanted = spansInOrder(4);
        List<TraceSpan> others = new ArrayList<>();
        wanted.forEach(span -> others.add(span.toBuilder()
                .traceId(UUID.randomUUID())
                .operationName("other")
                .build()));
        storeShuffled(others);
        storeShuffled(wanted);
        verify(() -> assertPage(query().operationName("chat").offset(1).limit(2).build(), reversed(wanted), 1));
    }

    @Test
    void offsetAndCursor_goOnFromOneAnother() {
        List<TraceSpan> spans = spansInOrder(9);
        storeShuffled(spans);
        TraceQuery query = query().offset(2).limit(3).build();
        verify(() -> {
            Page<TraceSpan> first = repository.querySpans(query);
            TraceQuery second = query.next(first).orElseThrow();
            assertSpans(second, reversed(spans).subList(5, 8));
        });
    }

    @Test
    void emptyStore_givesEmptyPages() {
        verify(() -> {
            assertPage(query().build(), List.of(), 0);
            assertPage(query().order(Order.OLDEST_FIRST).offset(3).build(), List.of(), 3);
        });
    }

    /** The matching traces may be most of the store, or few and far apart in the order. */
    @ParameterizedTest
    @EnumSource(Order.class)
    void filter_thatSomeOfManyTracesPass_givesThemAllInOrder(Order order) {
        List<TraceEvent> traces = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) {
            String model = i % 700 == 3 ? "rare" : i % 30 == 4 ? "some" : "most";
            traces.add(TraceEvent.ofSpans(List.of(span().startTime(Samples.START.plusSeconds(i))
                    .modelName(model)
                    .build())));
        }
        repository.storeSpans(
                traces.stream().flatMap(trace -> trace.spans().stream()).toList());
        TraceSpan early = span().startTime(Samples.START.plusSeconds(1_000))
                .modelName("some")
                .build();
        TraceEvent dated = TraceEvent.of(early.traceId(), tenant, Samples.START.plusSeconds(2_100), List.of(early));
        repository.storeTrace(dated);
        traces.add(dated);
        TraceQuery all = query().order(order).limit(60).build();
        TraceQuery between = all.toBuilder()
                .startTime(Samples.START.plusSeconds(200))
                .endTime(Samples.START.plusSeconds(2_000))
                .build();
        for (String model : List.of("rare", "some", "most")) {
            for (TraceQuery.Builder query : List.of(all.toBuilder(), between.toBuilder())) {
                assertScan(query.modelName(model).build(), traces);
            }
        }
    }

    /** Each trace is sorted by the earlier of its former and its current time; for half of them that is the current one. */
    @ParameterizedTest
    @EnumSource(Order.class)
    void tracesThatWereWrittenAgainWithOtherTimes_standAtTheirEarliest(Order order) {
        List<TraceSpan> first = new ArrayList<>();
        List<TraceSpan> last = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            TraceSpan now = span().startTime(Samples.START.plusSeconds(i)).build();
            last.add(now);
            int before = i % 2 == 0 ? 10_000 + i : -10_000 - i;
            first.add(
                    now.toBuilder().startTime(Samples.START.plusSeconds(before)).build());
        }
        repository.storeSpans(first);
        repository.storeSpans(last);
        repository.storeSpans(last.subList(100, 300));
        List<TraceEvent> traces = new ArrayList<>();
        for (int i = 0; i < last.size(); i++) {
            TraceSpan now = last.get(i);
            Instant before = first.get(i).startTime();
            traces.add(TraceEvent.of(
                    now.traceId(), tenant, before.isBefore(now.startTime()) ? before : now.startTime(), List.of(now)));
        }
        TraceQuery all = query().order(order).limit(30).build();
        verify(() -> {
            assertScan(all, traces);
            assertScan(all.toBuilder().operationName("chat").build(), traces);
            assertScan(all.toBuilder().operationName("chat").offset(45).build(), traces);
        });
    }

    private void assertScan(TraceQuery query, List<TraceEvent> traces) {
        Comparator<TraceEvent> oldestFirst = Comparator.comparing(TraceEvent::createdAt);
        List<UUID> expected = traces.stream()
                .filter(query::matches)
                .sorted(query.order() == Order.NEWEST_FIRST ? oldestFirst.reversed() : oldestFirst)
                .skip(query.offset())
                .map(TraceEvent::traceId)
                .toList();
        List<UUID> met = PagedQuery.SUMMARIES.all(repository, query).stream()
                .flatMap(step -> step.traceIds().stream())
                .toList();
        assertThat(met).as(query.toString()).isEqualTo(expected);
    }

    /** Asserts that all three queries return this part of the spans, each in its own trace, and tell whether more follow. */
    private void assertPage(TraceQuery query, List<TraceSpan> all, int offset) {
        int from = Math.min(offset, all.size());
        int to = (int) Math.min((long) from + query.limit(), all.size());
        List<TraceSpan> expected = all.subList(from, to);
        assertSpans(query, expected);
        assertTraces(query, tracesOf(expected));
        boolean more = to < all.size();
        assertThat(repository.querySpans(query).nextCursor() != null).isEqualTo(more);
        assertThat(repository.queryTraces(query).nextCursor() != null).isEqualTo(more);
        assertThat(repository.queryTraceSummaries(query).nextCursor() != null).isEqualTo(more);
    }

    private List<TraceSpan> spansInOrder(int count) {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            spans.add(span().startTime(Samples.START.plusNanos(i)).build());
        }
        return spans;
    }

    private void storeShuffled(List<TraceSpan> spans) {
        List<TraceSpan> shuffled = new ArrayList<>(spans);
        Collections.shuffle(shuffled, new Random(spans.size()));
        shuffled.forEach(repository::storeSpan);
    }

    private static List<TraceEvent> tracesOf(List<TraceSpan> spans) {
        return spans.stream().map(span -> TraceEvent.ofSpans(List.of(span))).toList();
    }

    private static <T> List<T> reversed(List<T> items) {
        List<T> reversed = new ArrayList<>(items);
        Collections.reverse(reversed);
        return reversed;
    }
}
