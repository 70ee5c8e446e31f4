package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.StorageStats;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Deletes: exact counts and bounds, nothing comes back, and later writes are kept. */
abstract class DeleteContract extends ContractTest {

    DeleteContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void deleteTracesBefore_removesWhatIsOlderAndCountsIt() {
        TraceEvent old = stored(Samples.START.minusSeconds(1), 3);
        TraceEvent justBefore = stored(Samples.START.minusNanos(1), 1);
        TraceEvent atTheTime = stored(Samples.START, 2);
        TraceEvent after = stored(Samples.START.plusNanos(1), 1);

        assertThat(repository.deleteTracesBefore(tenant, Samples.START)).isEqualTo(2);

        verify(() -> {
            assertAbsent(old);
            assertAbsent(justBefore);
            assertStored(atTheTime);
            assertStored(after);
            assertTraces(everything(), after, atTheTime);
            assertThat(statsOf(tenant)).isEqualTo(stats(2, 3, Samples.START, Samples.START.plusNanos(1)));
        });
    }

    @Test
    void deleteTracesBefore_twiceRemovesNothingMore() {
        stored(Samples.START.minusSeconds(1), 2);
        assertThat(repository.deleteTracesBefore(tenant, Samples.START)).isEqualTo(1);
        assertThat(repository.deleteTracesBefore(tenant, Samples.START)).isZero();
        compact();
        assertThat(repository.deleteTracesBefore(tenant, Samples.START)).isZero();
    }

    @Test
    void deleteTracesBefore_countsTracesWithoutSpans() {
        TraceEvent empty = TraceEvent.of(UUID.randomUUID(), tenant, Samples.START.minusNanos(1), List.of());
        TraceEvent stays = TraceEvent.of(UUID.randomUUID(), tenant, Samples.START, List.of());
        repository.storeTrace(empty);
        repository.storeTrace(stays);
        assertThat(repository.deleteTracesBefore(tenant, Samples.START)).isEqualTo(1);
        verify(() -> {
            assertAbsent(empty);
            assertTraces(everything(), stays);
        });
    }

    /** A trace that began before the time is deleted whole, spans after it included; a later one is kept whole. */
    @Test
    void deleteTracesBefore_goesByTheTraceNotByItsSpans() {
        TraceSpan begins = span().startTime(Samples.START.minusSeconds(1)).build();
        TraceSpan goesOn = span().traceId(begins.traceId())
                .startTime(Samples.START.plusSeconds(1))
                .build();
        TraceSpan early = span().startTime(Samples.START.minusSeconds(5)).build();
        store(begins, goesOn);
        repository.storeTrace(TraceEvent.of(early.traceId(), tenant, Samples.START, List.of(early)));
        TraceEvent stays = TraceEvent.of(early.traceId(), tenant, Samples.START, List.of(early));

        assertThat(repository.deleteTracesBefore(tenant, Samples.START)).isEqualTo(1);

        verify(() -> {
            assertAbsent(TraceEvent.ofSpans(List.of(begins, goesOn)));
            assertStored(stays);
            assertTraces(everything(), stays);
            assertSpans(everything(), early);
        });
    }

    @Test
    void deleteTracesBefore_countsEachTraceOnceHoweverOftenItWasWritten() {
        TraceEvent trace = stored(Samples.START, 2);
        repository.storeTrace(trace);
        repository.storeSpans(trace.spans());
        assertThat(repository.deleteTracesBefore(tenant, Samples.START.plusNanos(1)))
                .isEqualTo(1);
        verify(() -> {
            assertAbsent(trace);
            assertThat(statsOf(tenant)).isEqualTo(StorageStats.EMPTY);
        });
    }

    @Test
    void deleteTracesBefore_seesTheCreationThatLateDataGave() {
        TraceEvent trace = stored(Samples.START, 1);
        repository.storeSpan(span().traceId(trace.traceId())
                .startTime(Samples.START.minusSeconds(2))
                .build());
        assertThat(repository.deleteTracesBefore(tenant, Samples.START.minusSeconds(1)))
                .isEqualTo(1);
        verify(() -> assertAbsent(trace));
    }

    @Test
    void deleteTracesBefore_atTheEndsOfTime() {
        TraceEvent first = stored(Times.EARLIEST, 1);
        TraceEvent last = stored(Times.LATEST, 1);
        assertThat(repository.deleteTracesBefore(tenant, Instant.MIN)).isZero();
        assertThat(repository.deleteTracesBefore(tenant, Times.EARLIEST)).isZero();
        assertThat(repository.deleteTracesBefore(tenant, Times.LATEST)).isEqualTo(1);
        verify(() -> {
            assertAbsent(first);
            assertStored(last);
        });
        assertThat(repository.deleteTracesBefore(tenant, Instant.MAX)).isEqualTo(1);
        verify(() -> assertAbsent(last));
    }

    @Test
    void deleteTracesBefore_ofMany() {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 1_200; i++) {
            spans.add(span().startTime(Samples.START.plusSeconds(i)).build());
        }
        repository.storeSpans(spans);
        assertThat(repository.deleteTracesBefore(tenant, Samples.START.plusSeconds(1_100)))
                .isEqualTo(1_100);
        verify(() -> {
            assertThat(repository.stats(tenant).totalSpans()).isEqualTo(100);
            assertThat(repository.queryTraces(everything()).items()).hasSize(100);
            assertSpans(everything(), reversed(spans.subList(1_100, 1_200)));
        });
    }

    @Test
    void deleteTrace_removesThatTraceAlone() {
        TraceEvent gone = stored(Samples.START, 3);
        TraceEvent stays = stored(Samples.START, 2);
        assertThat(repository.deleteTrace(tenant, gone.traceId())).isTrue();
        verify(() -> {
            assertAbsent(gone);
            assertStored(stays);
            assertTraces(everything(), stays);
            assertThat(statsOf(tenant)).isEqualTo(stats(1, 2, Samples.START, Samples.START));
        });
    }

    @Test
    void deleteTrace_saysWhetherThereWasOne() {
        TraceEvent trace = stored(Samples.START, 1);
        TraceEvent empty = TraceEvent.of(UUID.randomUUID(), tenant, Samples.START, List.of());
        repository.storeTrace(empty);
        assertThat(repository.deleteTrace(tenant, UUID.randomUUID())).isFalse();
        assertThat(repository.deleteTrace(tenant, trace.traceId())).isTrue();
        assertThat(repository.deleteTrace(tenant, trace.traceId())).isFalse();
        assertThat(repository.deleteTrace(tenant, empty.traceId())).isTrue();
        compact();
        assertThat(repository.deleteTrace(tenant, trace.traceId())).isFalse();
    }

    @Test
    void deleteTrace_leavesASpanOfTheSameIdInAnotherTrace() {
        TraceEvent gone = stored(Samples.START, 1);
        TraceSpan stays = span().spanId(gone.spans().get(0).spanId())
                .startTime(Samples.START.minusSeconds(5))
                .build();
        repository.storeSpan(stays);
        repository.deleteTrace(tenant, gone.traceId());
        verify(() -> ExactAssertions.assertSame("getSpan", repository.getSpan(tenant, stays.spanId()), stays));
    }

    @Test
    void deletedAfterCompaction_staysAway() {
        TraceEvent trace = stored(Samples.START, 3);
        compact();
        repository.deleteTrace(tenant, trace.traceId());
        verify(() -> assertAbsent(trace));
        TraceEvent other = stored(Samples.START, 3);
        compact();
        repository.deleteTracesBefore(tenant, Samples.START.plusNanos(1));
        verify(() -> assertAbsent(other));
    }

    /** Every version must go, including older ones that an engine still keeps. */
    @Test
    void deletedTrace_showsNoReplacedVersion() {
        TraceSpan span = span().build();
        for (int i = 0; i < 5; i++) {
            repository.storeSpan(span.toBuilder()
                    .startTime(Samples.START.plusSeconds(86_400L * i))
                    .modelName("model " + i)
                    .build());
        }
        repository.deleteTrace(tenant, span.traceId());
        verify(() -> {
            assertAbsent(TraceEvent.ofSpans(List.of(span)));
            assertSpans(everything());
            for (int i = 0; i < 5; i++) {
                assertSpans(query().modelName("model " + i).build());
            }
        });
    }

    @Test
    void spanWrittenAfterItsTraceWasDeleted_isANewTrace() {
        TraceEvent old = stored(Samples.START, 3);
        repository.deleteTrace(tenant, old.traceId());
        TraceSpan again = old.spans().get(1).toBuilder()
                .startTime(Samples.START.plusSeconds(30))
                .build();
        repository.storeSpan(again);
        verify(() -> {
            assertStored(TraceEvent.ofSpans(List.of(again)));
            assertSpans(everything(), again);
            assertThat(statsOf(tenant)).isEqualTo(stats(1, 1, again.startTime(), again.startTime()));
        });
    }

    @Test
    void sameTraceWrittenAgainAfterADelete_isKept() {
        TraceEvent trace = stored(Samples.START, 3);
        assertThat(repository.deleteTracesBefore(tenant, Samples.START.plusSeconds(60)))
                .isEqualTo(1);
        repository.storeTrace(trace);
        verify(() -> {
            assertStored(trace);
            assertTraces(everything(), trace);
        });
        assertThat(repository.deleteTracesBefore(tenant, Samples.START.plusSeconds(60)))
                .isEqualTo(1);
        verify(() -> assertAbsent(trace));
    }

    private TraceEvent stored(Instant createdAt, int spans) {
        UUID traceId = UUID.randomUUID();
        List<TraceSpan> all = new ArrayList<>();
        for (int i = 0; i < spans; i++) {
            all.add(span().traceId(traceId)
                    .startTime(createdAt)
                    .prompt("span " + i)
                    .build());
        }
        TraceEvent trace = TraceEvent.ofSpans(all);
        repository.storeTrace(trace);
        return trace;
    }

    private static List<TraceSpan> reversed(List<TraceSpan> spans) {
        List<TraceSpan> reversed = new ArrayList<>(spans);
        Collections.reverse(reversed);
        return reversed;
    }
}
