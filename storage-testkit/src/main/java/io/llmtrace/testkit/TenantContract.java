package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.TraceQuery;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two tenants with the same trace and span ids: no call returns, counts, changes or deletes data of the other. */
abstract class TenantContract extends ContractTest {

    private final UUID traceId = UUID.randomUUID();
    private final UUID spanId = UUID.randomUUID();
    private final TraceSpan mine =
            Samples.full(tenant, traceId, spanId).toBuilder().prompt("mine").build();
    private final TraceSpan theirs = Samples.full(otherTenant, traceId, spanId).toBuilder()
            .prompt("theirs")
            .build();
    private final TraceSpan onlyTheirs = Samples.full(otherTenant, UUID.randomUUID(), UUID.randomUUID());

    TenantContract(RepositoryFixture store) {
        super(store);
    }

    @BeforeEach
    void storeForBoth() {
        store(mine, theirs, onlyTheirs);
    }

    @Test
    void reads_giveTheTenantsOwn() {
        verify(() -> {
            assertMine();
            assertTheirs();
        });
    }

    @Test
    void idsOfAnotherTenant_areUnknown() {
        verify(() -> {
            ExactAssertions.assertAbsent("getTrace", repository.getTrace(tenant, onlyTheirs.traceId()));
            ExactAssertions.assertAbsent("getSpan", repository.getSpan(tenant, onlyTheirs.spanId()));
            ExactAssertions.assertAbsent(
                    "getSpan", repository.getSpan(tenant, onlyTheirs.traceId(), onlyTheirs.spanId()));
            ExactAssertions.assertAbsent("getSpan", repository.getSpan(tenant, traceId, onlyTheirs.spanId()));
            assertThat(repository.getSpans(tenant, List.of(SpanIdentity.of(onlyTheirs), SpanIdentity.of(mine))))
                    .containsExactly(mine);
            assertTraces(query().traceId(onlyTheirs.traceId()).build());
            assertSpans(query().traceId(onlyTheirs.traceId()).build());
        });
    }

    @Test
    void traceOfAnotherTenant_cannotBeDeleted() {
        assertThat(repository.deleteTrace(tenant, onlyTheirs.traceId())).isFalse();
        verify(this::assertTheirs);
    }

    @Test
    void deletingOnesOwnTrace_leavesTheOther() {
        assertThat(repository.deleteTrace(tenant, traceId)).isTrue();
        verify(() -> {
            assertAbsent(TraceEvent.ofSpans(List.of(mine)));
            assertThat(repository.stats(tenant).totalTraces()).isZero();
            assertTheirs();
        });
    }

    @Test
    void deletingBeforeATime_countsAndLeavesTheOthers() {
        assertThat(repository.deleteTracesBefore(tenant, Instant.MAX)).isEqualTo(1);
        verify(() -> {
            assertAbsent(TraceEvent.ofSpans(List.of(mine)));
            assertTheirs();
        });
    }

    @Test
    void writingForOne_doesNotReplaceTheOthers() {
        TraceSpan again = span().traceId(traceId)
                .spanId(spanId)
                .startTime(Samples.START.minusSeconds(9))
                .build();
        repository.storeSpan(again);
        repository.storeTrace(TraceEvent.of(traceId, tenant, Samples.START.minusSeconds(99), List.of()));
        verify(() -> {
            assertSpans(query().build(), again);
            assertTheirs();
        });
    }

    @Test
    void unknownTenant_hasNothing() {
        UUID unknown = UUID.randomUUID();
        verify(() -> {
            ExactAssertions.assertAbsent("getTrace", repository.getTrace(unknown, traceId));
            ExactAssertions.assertAbsent("getSpan", repository.getSpan(unknown, spanId));
            ExactAssertions.assertAbsent("getSpan", repository.getSpan(unknown, traceId, spanId));
            TraceQuery query = TraceQuery.builder(unknown).build();
            assertTraces(query);
            assertSpans(query);
            assertThat(repository.stats(unknown)).isEqualTo(StorageStats.EMPTY);
            assertThat(repository.deleteTrace(unknown, traceId)).isFalse();
            assertThat(repository.deleteTracesBefore(unknown, Instant.MAX)).isZero();
            assertMine();
            assertTheirs();
        });
    }

    @Test
    void everyFilter_staysWithinTheTenant() {
        verify(() -> {
            for (FilterCase filter : FilterCase.onePerField()) {
                TraceQuery query = filter.query(tenant, mine);
                assertThat(repository.querySpans(query).items())
                        .allMatch(span -> span.tenantId().equals(tenant));
                assertOutlines(query, repository.querySpans(query).items());
                assertThat(repository.queryTraces(query).items())
                        .allMatch(trace -> trace.tenantId().equals(tenant));
                assertThat(repository.queryTraceSummaries(query).items())
                        .allMatch(summary -> summary.tenantId().equals(tenant));
            }
        });
    }

    private void assertMine() {
        assertStored(TraceEvent.ofSpans(List.of(mine)));
        ExactAssertions.assertSame("getSpan by its id alone", repository.getSpan(tenant, spanId), mine);
        assertSpans(everything(), mine);
        assertTraces(everything(), TraceEvent.ofSpans(List.of(mine)));
        assertThat(statsOf(tenant)).isEqualTo(stats(1, 1, Samples.START, Samples.START));
    }

    private void assertTheirs() {
        assertStored(TraceEvent.ofSpans(List.of(theirs)));
        assertStored(TraceEvent.ofSpans(List.of(onlyTheirs)));
        ExactAssertions.assertSame("getSpan by its id alone", repository.getSpan(otherTenant, spanId), theirs);
        assertThat(statsOf(otherTenant)).isEqualTo(stats(2, 2, Samples.START, Samples.START));
        assertThat(repository
                        .querySpans(TraceQuery.builder(otherTenant).build())
                        .items())
                .containsExactlyInAnyOrder(theirs, onlyTheirs); // a tie, broken by random ids
    }
}
