package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.StoreHealth;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The counts of stored traces and spans, and the health of the store. */
abstract class StatsContract extends ContractTest {

    StatsContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void stats_ofAnEmptyStore() {
        verify(() -> {
            assertThat(repository.stats(tenant)).isEqualTo(StorageStats.EMPTY);
            assertGlobal(0, 0, 0, null, null);
        });
    }

    @Test
    void stats_countTracesAndSpans() {
        TraceSpan first = span().build();
        TraceSpan second = span().traceId(first.traceId())
                .startTime(Samples.START.plusSeconds(1))
                .build();
        TraceSpan third = span().startTime(Samples.START.minusSeconds(5)).build();
        store(first, second, third);
        repository.storeTrace(TraceEvent.of(UUID.randomUUID(), tenant, Samples.START.plusNanos(7), List.of()));
        verify(() -> {
            assertStats(3, 3, third.startTime(), Samples.START.plusNanos(7));
            assertGlobal(1, 3, 3, third.startTime(), Samples.START.plusNanos(7));
        });
    }

    @Test
    void stats_countWhatIsReplacedOnce() {
        TraceSpan span = span().build();
        for (int i = 0; i < 5; i++) {
            repository.storeSpan(span.toBuilder()
                    .startTime(Samples.START.plusSeconds(86_400L * i))
                    .build());
            repository.storeTrace(TraceEvent.ofSpans(List.of(span)));
        }
        verify(() -> {
            assertStats(1, 1, Samples.START, Samples.START);
            assertGlobal(1, 1, 1, Samples.START, Samples.START);
        });
    }

    @Test
    void stats_afterDeletes() {
        TraceSpan oldest = span().startTime(Samples.START.minusSeconds(9)).build();
        TraceSpan middle = span().build();
        TraceSpan newest = span().startTime(Samples.START.plusSeconds(9)).build();
        store(oldest, middle, newest);
        repository.deleteTrace(tenant, newest.traceId());
        verify(() -> assertStats(2, 2, oldest.startTime(), Samples.START));
        repository.deleteTracesBefore(tenant, Samples.START);
        verify(() -> assertStats(1, 1, Samples.START, Samples.START));
        repository.deleteTrace(tenant, middle.traceId());
        verify(() -> {
            assertStats(0, 0, null, null);
            assertGlobal(0, 0, 0, null, null);
        });
    }

    @Test
    void globalStats_coverAllTenants() {
        TraceSpan mine = span().build();
        TraceSpan theirs = Samples.span(otherTenant)
                .startTime(Samples.START.minusSeconds(3))
                .build();
        TraceSpan alsoTheirs = Samples.span(otherTenant)
                .traceId(mine.traceId())
                .spanId(mine.spanId())
                .build();
        store(mine, theirs, alsoTheirs);
        verify(() -> assertGlobal(2, 3, 3, theirs.startTime(), Samples.START));
        repository.deleteTracesBefore(otherTenant, Instant.MAX);
        verify(() -> assertGlobal(1, 1, 1, Samples.START, Samples.START));
    }

    @Test
    void storageSize_isNotNegativeAndNotMoreThanAll() {
        for (int i = 0; i < 20; i++) {
            repository.storeSpan(Samples.full(tenant, UUID.randomUUID(), UUID.randomUUID()));
        }
        assertThat(repository.stats(tenant).storageSizeBytes()).isNotNegative();
        assertThat(repository.globalStats().storageSizeBytes()).isNotNegative();
        // Compared after compaction only: an engine that merges on its own may do so between the two calls.
        compact();
        long ofTenant = repository.stats(tenant).storageSizeBytes();
        assertThat(ofTenant).isNotNegative();
        assertThat(repository.globalStats().storageSizeBytes()).isGreaterThanOrEqualTo(ofTenant);
    }

    @Test
    void check_saysOkOfAStoreThatWorks() {
        repository.storeSpan(span().build());
        verify(() -> {
            StoreHealth health = repository.check();
            assertThat(health.state()).isEqualTo(StoreHealth.State.OK);
            assertThat(health.message()).isNotBlank();
        });
    }

    private void assertStats(long traces, long spans, @Nullable Instant oldest, @Nullable Instant newest) {
        assertThat(statsOf(tenant)).isEqualTo(stats(traces, spans, oldest, newest));
    }

    private void assertGlobal(
            long tenants, long traces, long spans, @Nullable Instant oldest, @Nullable Instant newest) {
        assertThat(repository.globalStats().toBuilder().storageSizeBytes(0).build())
                .isEqualTo(GlobalStats.builder()
                        .tenants(tenants)
                        .totalTraces(traces)
                        .totalSpans(spans)
                        .oldestTrace(oldest)
                        .newestTrace(newest)
                        .build());
    }
}
