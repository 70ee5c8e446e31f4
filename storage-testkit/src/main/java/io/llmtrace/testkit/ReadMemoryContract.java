package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.ResultTooLargeException;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.spi.ReadMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What reads take of the memory that their caller has for them. */
abstract class ReadMemoryContract extends ContractTest {

    private static final int SPANS = 20;
    private static final int TEXT = 1_000_000;
    /** Enough for three of these spans, and for the work on one of them. */
    private static final long FEW_SPANS = 12L * TEXT;

    ReadMemoryContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void reads_thatDoNotFitAreRefused_andGiveBackTheirTexts() {
        List<TraceSpan> spans = storeLargeSpans();
        UUID trace = spans.get(0).traceId();
        TraceQuery all = query().build();
        List<SpanIdentity> identities = spans.stream()
                .map(span -> new SpanIdentity(trace, span.spanId()))
                .toList();

        assertRefused(() -> repository.querySpans(all));
        assertRefused(() -> repository.queryTraces(all));
        assertRefused(() -> repository.getTrace(tenant, trace));
        assertRefused(() -> repository.getSpans(tenant, identities));
    }

    @Test
    void reads_ofLessAreServed_andTakeWhatTheirResultDoes() {
        List<TraceSpan> spans = storeLargeSpans();
        UUID trace = spans.get(0).traceId();
        UUID first = spans.get(0).spanId();

        assertServed(3, () -> repository.querySpans(query().limit(3).build()).items());
        assertServed(1, () -> repository.getSpan(tenant, trace, first).stream().toList());
        assertServed(1, () -> repository.getSpan(tenant, first).stream().toList());
        assertServed(0, () -> repository.querySpanOutlines(query().build()).items());
        assertServed(0, () -> repository.queryTraceSummaries(query().build()).items());
    }

    /** Keys that a store looks at on its way to a page are not part of it. */
    @Test
    void reads_keepOnlyTheirResult() {
        int many = 1_500;
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            spans.add(span().startTime(Samples.START.plusMillis(i)).build());
        }
        repository.storeSpans(spans);
        TraceQuery last = query().offset(many - 1).limit(1).build();
        TraceQuery first = query().limit(1).build();
        TraceQuery next = first.next(repository.querySpans(first)).orElseThrow();
        repository.storeSpans(spans.stream()
                .map(span -> span.toBuilder().prompt("newer").build())
                .toList());

        assertKept(() -> repository.querySpans(last).items());
        assertKept(() -> repository.querySpans(next).items());
        assertKept(() -> repository.queryTraces(last).items());
        assertKept(() -> TraceAnalytics.of(repository)
                .rankedSpans(last, Ranking.DURATION)
                .items());
    }

    private static void assertKept(Supplier<List<?>> read) {
        Memory memory = new Memory(FEW_SPANS);
        assertThat(ReadMemory.within(memory, read)).hasSize(1);
        assertThat(memory.taken).isLessThan(100_000);
    }

    @Test
    void aggregates_countTheirValues() {
        TraceAnalytics analytics = TraceAnalytics.of(repository);
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            spans.add(span().sessionId("session-" + i + "-" + "x".repeat(500)).build());
        }
        repository.storeSpans(spans);
        TraceQuery all = query().limit(300).build();
        for (Supplier<?> read : List.<Supplier<?>>of(
                () -> analytics.values(all, SpanField.SESSION_ID, ""),
                () -> analytics.sessions(all, SessionOrder.LAST_TIME),
                () -> analytics.sessions(all, SessionOrder.SPANS))) {
            assertRefused(50_000, read);
        }
    }

    @Test
    void reads_withoutACallersMemoryHaveTheLimitOfTheStore() {
        assertThat(repository.querySpans(query().build()).items()).isEmpty();
        List<TraceSpan> spans = storeLargeSpans();

        assertThat(repository.querySpans(query().build()).items()).hasSize(spans.size());
    }

    private List<TraceSpan> storeLargeSpans() {
        UUID trace = UUID.randomUUID();
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < SPANS; i++) {
            TraceSpan span = span().traceId(trace)
                    .startTime(Samples.START.plusSeconds(i))
                    .prompt("p".repeat(TEXT))
                    .build();
            repository.storeSpan(span);
            spans.add(span);
        }
        return spans;
    }

    private static void assertRefused(Supplier<?> read) {
        assertRefused(FEW_SPANS, read);
    }

    private static void assertRefused(long limit, Supplier<?> read) {
        Memory memory = new Memory(limit);
        assertThatThrownBy(() -> ReadMemory.within(memory, read)).isInstanceOf(ResultTooLargeException.class);
        // Keys that were read before count until the caller ends.
        assertThat(memory.taken).isLessThan(limit / 2);
    }

    private static void assertServed(int largeSpans, Supplier<List<?>> read) {
        Memory memory = new Memory(FEW_SPANS);
        assertThat(ReadMemory.within(memory, read)).isNotEmpty();
        assertThat(memory.taken).isBetween((long) largeSpans * TEXT, (long) (largeSpans + 1) * TEXT);
    }

    private static final class Memory implements ReadMemory.Budget {
        private final long limit;
        private long taken;

        Memory(long limit) {
            this.limit = limit;
        }

        @Override
        public void reserve(long bytes) {
            if (taken + bytes > limit) {
                throw new ResultTooLargeException("more than " + limit);
            }
            taken += bytes;
        }

        @Override
        public void release(long bytes) {
            taken -= bytes;
        }
    }
}
