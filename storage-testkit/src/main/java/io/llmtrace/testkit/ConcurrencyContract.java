package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.TraceQuery;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Many threads on one store: nothing is lost, doubled or torn, and paging stays exact while others write. */
abstract class ConcurrencyContract extends ContractTest {

    private static final int WRITERS = 16;
    private static final int READERS = Effort.of(4, 16);
    private static final int REWRITES = Effort.of(60, 150);
    private static final int WRITES_PER_WRITER = Effort.of(10, 25);

    ConcurrencyContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void manyWritersAndReaders_loseDoubleAndTearNothing() {
        UUID sharedTrace = UUID.randomUUID();
        UUID sharedSpan = UUID.randomUUID();
        AtomicBoolean writing = new AtomicBoolean(true);
        AtomicInteger running = new AtomicInteger(WRITERS);
        List<Callable<List<TraceSpan>>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            int writer = i;
            writers.add(() -> {
                try {
                    return write(writer, sharedTrace, sharedSpan);
                } finally {
                    writing.set(running.decrementAndGet() > 0);
                }
            });
        }
        List<Callable<List<TraceSpan>>> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            int reader = i;
            readers.add(() -> {
                do {
                    read(reader, sharedTrace, sharedSpan);
                } while (writing.get());
                return List.of();
            });
        }
        List<TraceSpan> written = new ArrayList<>();
        Threads.runAll(writers, readers).forEach(written::addAll);
        assertThat(written).hasSize(WRITERS * WRITES_PER_WRITER);
        verify(() -> assertAllThereOnce(written, sharedTrace, sharedSpan));
    }

    @Test
    void spanRewrittenAgainAndAgain_isReadWhole() {
        UUID traceId = UUID.randomUUID();
        UUID spanId = UUID.randomUUID();
        repository.storeSpan(marked(traceId, spanId, "first", 0));
        AtomicBoolean writing = new AtomicBoolean(true);
        List<Callable<Integer>> writer = List.of(() -> {
            try {
                for (int i = 1; i <= REWRITES; i++) {
                    repository.storeSpan(marked(traceId, spanId, "mark " + i, i));
                }
                return 0;
            } finally {
                writing.set(false);
            }
        });
        List<Callable<Integer>> readers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            readers.add(() -> {
                do {
                    assertWhole(
                            List.of(repository.getSpan(tenant, traceId, spanId).orElseThrow()));
                    assertWhole(List.of(repository.getSpan(tenant, spanId).orElseThrow()));
                    List<TraceSpan> found = repository.querySpans(everything()).items();
                    assertThat(found).hasSize(1);
                    assertWhole(found);
                    assertWhole(
                            repository.getTrace(tenant, traceId).orElseThrow().spans());
                } while (writing.get());
                return 0;
            });
        }
        Threads.runAll(writer, readers);
        verify(() -> assertSpans(everything(), marked(traceId, spanId, "mark " + REWRITES, REWRITES)));
    }

    /** Writes spans that only this writer knows and, over and over, the one span that all writers share. */
    private List<TraceSpan> write(int writer, UUID sharedTrace, UUID sharedSpan) {
        List<TraceSpan> written = new ArrayList<>();
        UUID ownTrace = UUID.randomUUID();
        for (int i = 0; i < WRITES_PER_WRITER; i++) {
            TraceSpan own = marked(ownTrace, UUID.randomUUID(), writer + "-" + i, i);
            TraceSpan shared = marked(sharedTrace, sharedSpan, writer + "+" + i, writer * 100 + i);
            written.add(own);
            switch (i % 3) {
                case 0 -> repository.storeSpans(List.of(shared, own));
                case 1 -> {
                    repository.storeSpan(own);
                    repository.storeSpan(shared);
                }
                default -> {
                    repository.storeTrace(TraceEvent.ofSpans(List.of(own)));
                    repository.storeTrace(TraceEvent.ofSpans(List.of(shared)));
                }
            }
            ExactAssertions.assertSame("own write", repository.getSpan(tenant, ownTrace, own.spanId()), own);
        }
        return written;
    }

    private void read(int reader, UUID sharedTrace, UUID sharedSpan) {
        switch (reader % 4) {
            case 0 ->
                assertWhole(repository.querySpans(query().limit(200).build()).items());
            case 1 ->
                repository.queryTraces(query().limit(50).build()).items().forEach(trace -> assertWhole(trace.spans()));
            case 2 -> repository.getSpan(tenant, sharedTrace, sharedSpan).ifPresent(span -> assertWhole(List.of(span)));
            default -> {
                TraceQuery byTrace = query().traceId(sharedTrace).build();
                assertThat(repository.querySpans(byTrace).items()).hasSizeLessThanOrEqualTo(1);
                assertThat(repository.queryTraceSummaries(byTrace).items())
                        .allSatisfy(summary -> assertThat(summary.spanCount()).isEqualTo(1));
                assertThat(repository.stats(tenant).totalSpans()).isLessThanOrEqualTo(WRITERS * WRITES_PER_WRITER + 1L);
            }
        }
    }

    private void assertAllThereOnce(List<TraceSpan> written, UUID sharedTrace, UUID sharedSpan) {
        List<TraceSpan> stored = repository.querySpans(everything()).items();
        assertWhole(stored);
        List<TraceSpan> own = stored.stream()
                .filter(span -> !span.traceId().equals(sharedTrace))
                .toList();
        assertThat(own).containsExactlyInAnyOrderElementsOf(written);
        assertThat(stored).hasSize(written.size() + 1);
        assertThat(repository.getSpan(tenant, sharedTrace, sharedSpan)).isPresent();
        assertThat(repository.stats(tenant).totalTraces()).isEqualTo(WRITERS + 1L);
        assertThat(repository.stats(tenant).totalSpans()).isEqualTo(written.size() + 1L);
        for (TraceEvent trace : repository.queryTraces(everything()).items()) {
            assertStored(trace);
        }
    }

    /** Returns a span that repeats one mark in every field, so that a mix of two versions shows. */
    private TraceSpan marked(UUID traceId, UUID spanId, String mark, int number) {
        return TraceSpan.builder(tenant, traceId, spanId, mark, Samples.START.plusNanos(number))
                .provider(new LlmProvider(mark))
                .modelName(mark)
                .prompt(mark)
                .response(mark)
                .sessionId(mark)
                .userId(mark)
                .serviceName(mark)
                .promptTokens((long) number)
                .completionTokens((long) number)
                .estimatedCostUsd((double) number)
                .tags(Map.of("mark", mark, mark, "mark"))
                .attributes(Map.of("mark", mark))
                .build();
    }

    private void assertWhole(List<TraceSpan> spans) {
        for (TraceSpan span : spans) {
            int number = (int) (span.startTime().getNano() - Samples.START.getNano());
            ExactAssertions.assertExactly(
                    "a torn span",
                    List.of(span),
                    List.of(marked(span.traceId(), span.spanId(), span.operationName(), number)));
        }
    }

    @Test
    void close_letsCallsEndOrFailAsClosed() {
        repository.storeSpan(span().build());
        CountDownLatch busy = new CountDownLatch(8);
        List<Callable<Integer>> callers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int caller = i;
            callers.add(() -> {
                repository.storeSpan(span().build());
                busy.countDown();
                return callUntilClosed(caller);
            });
        }
        Callable<Integer> closer = () -> {
            busy.await();
            repository.close();
            return 0;
        };
        Threads.runAll(callers, List.of(closer));
    }

    private int callUntilClosed(int caller) {
        try {
            while (true) {
                if (caller % 2 == 0) {
                    repository.storeSpan(span().build());
                } else {
                    assertThat(repository.querySpans(query().build()).items()).isNotEmpty();
                }
            }
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageStartingWith("repository is closed: ");
            return 0;
        }
    }

    @Test
    void scanOfTraces_whileOthersWrite() {
        assertScansStayExact(PagedQuery.TRACES);
    }

    @Test
    void scanOfSummaries_whileOthersWrite() {
        assertScansStayExact(PagedQuery.SUMMARIES);
    }

    @Test
    void scanOfSpans_whileOthersWrite() {
        assertScansStayExact(PagedQuery.SPANS);
    }

    private <T> void assertScansStayExact(PagedQuery<T> pagedQuery) {
        List<TraceSpan> initial = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            initial.add(span().startTime(Samples.START.plusSeconds(i / 3)).build());
        }
        repository.storeSpans(initial);
        for (Order order : Order.values()) {
            TraceQuery all = query().order(order).limit(TraceQuery.MAX_LIMIT).build();
            Set<Object> there = new HashSet<>(
                    identities(pagedQuery, pagedQuery.page(repository, all).items()));
            AtomicBoolean scanning = new AtomicBoolean(true);
            List<Callable<List<Object>>> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int writer = i;
                writers.add(() -> disturb(writer, initial, scanning));
            }
            Callable<List<Object>> scan = () -> {
                try {
                    List<Object> met = new ArrayList<>();
                    pagedQuery
                            .all(repository, all.toBuilder().limit(7).build())
                            .forEach(step -> met.addAll(identities(pagedQuery, step.items())));
                    return met;
                } finally {
                    scanning.set(false);
                }
            };
            List<Object> met = Threads.runAll(List.of(scan), writers).get(0);
            assertThat(met)
                    .as("%s, %s", pagedQuery, order)
                    .doesNotHaveDuplicates()
                    .containsAll(there);
        }
    }

    /** Writer 0 adds traces, 1 moves traces with earlier spans, 2 moves spans, and the rest add spans at any time. */
    private List<Object> disturb(int writer, List<TraceSpan> initial, AtomicBoolean scanning) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = 0; i < 150 && scanning.get(); i++) {
            TraceSpan some = initial.get(random.nextInt(initial.size()));
            long seconds = random.nextLong(-20, 60);
            TraceSpan.Builder span = switch (writer) {
                case 0 -> span();
                case 1 -> span().traceId(some.traceId());
                case 2 -> some.toBuilder().prompt("replaced " + i);
                default -> span().traceId(some.traceId()).spanId(UUID.randomUUID());
            };
            repository.storeSpan(
                    span.startTime(Samples.START.plusSeconds(seconds)).build());
        }
        return List.of();
    }

    private static <T> List<Object> identities(PagedQuery<T> pagedQuery, List<T> items) {
        return items.stream().map(pagedQuery::identityOf).toList();
    }
}
