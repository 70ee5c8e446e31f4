package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.RetentionBasis;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRetention;
import io.llmtrace.storage.spi.StoreProperties;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writes, replacements and deletes survive closing and reopening the store. */
abstract class RestartContract extends ContractTest {

    RestartContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void whatWasWritten_isThere() {
        UUID traceId = UUID.randomUUID();
        TraceEvent trace = TraceEvent.of(
                traceId,
                tenant,
                Samples.START.minusNanos(1),
                List.of(
                        Samples.full(tenant, traceId, UUID.randomUUID()),
                        span().traceId(traceId).build()));
        TraceEvent empty = TraceEvent.of(UUID.randomUUID(), tenant, Samples.START.minusNanos(2), List.of());
        repository.storeTrace(trace);
        repository.storeTrace(empty);
        GlobalStats before = repository.globalStats();
        restart();
        assertThat(repository.globalStats().totalSpans()).isEqualTo(before.totalSpans());
        verify(() -> {
            assertStored(trace);
            assertTraces(everything(), trace, empty);
        });
        restart();
        assertTraces(everything(), trace, empty);
    }

    @ParameterizedTest
    @EnumSource
    void retention_isStored(RetentionBasis by) {
        Instant now = Instant.now().plus(Duration.ofDays(400)); // the store deletes by itself what is too old today
        TraceSpan expired = span().startTime(now.minus(Duration.ofDays(4)))
                .endTime(now.minus(Duration.ofDays(2)).minusNanos(1))
                .build();
        repository.storeSpan(expired);
        TraceRetention.of(repository).setRetention(tenant, RetentionRule.of(2, by));
        restart();
        assertThat(TraceRetention.of(repository).retention(tenant)).isEqualTo(RetentionRule.of(2, by));
        TraceSpan late = expired.toBuilder()
                .spanId(UUID.randomUUID())
                .endTime(now.minus(Duration.ofDays(2)))
                .build();
        repository.storeSpan(late);
        restart();
        TraceRetention.of(repository).deleteExpired(now);
        verify(() -> {
            if (by == RetentionBasis.START) {
                assertTraces(everything());
            } else {
                assertTraces(everything(), TraceEvent.ofSpans(List.of(expired, late)));
            }
        });
    }

    @Test
    void properties_areStored() {
        StoreProperties.of(repository).orElseThrow().setProperty("restart/" + tenant, "kept");
        restart();
        assertThat(StoreProperties.of(repository).orElseThrow().property("restart/" + tenant))
                .isEqualTo("kept");
    }

    @Test
    void whatWasReplaced_staysReplaced() {
        TraceSpan old = span().prompt("alpha").modelName("old").build();
        TraceSpan replaced = old.toBuilder()
                .prompt("beta")
                .modelName("new")
                .startTime(Samples.START.plusSeconds(7))
                .build();
        repository.storeSpan(old);
        restart();
        repository.storeSpan(replaced);
        restart();
        verify(() -> {
            assertStored(TraceEvent.of(old.traceId(), tenant, Samples.START, List.of(replaced)));
            assertSpans(query().modelName("old").build());
            assertSpans(query().text("alpha").build());
            assertSpans(query().text("beta").build(), replaced);
        });
    }

    @Test
    void whatWasDeleted_staysAway() {
        TraceSpan gone = span().prompt("alpha").build();
        TraceSpan old =
                span().prompt("alpha").startTime(Samples.START.minusSeconds(60)).build();
        TraceSpan stays = span().prompt("alpha").build();
        store(gone, old, stays);
        repository.deleteTrace(tenant, gone.traceId());
        repository.deleteTracesBefore(tenant, Samples.START);
        restart();
        verify(() -> {
            assertAbsent(TraceEvent.ofSpans(List.of(gone)));
            assertAbsent(TraceEvent.ofSpans(List.of(old)));
            assertTraces(everything(), TraceEvent.ofSpans(List.of(stays)));
            assertSpans(query().text("alpha").build(), stays);
            assertThat(statsOf(tenant)).isEqualTo(stats(1, 1, Samples.START, Samples.START));
        });
        restart();
        assertTraces(everything(), TraceEvent.ofSpans(List.of(stays)));
    }

    @Test
    void deletedAndWrittenAgain_isThere() {
        TraceSpan span = span().build();
        repository.storeSpan(span);
        repository.deleteTrace(tenant, span.traceId());
        repository.storeSpan(span);
        restart();
        verify(() -> assertStored(TraceEvent.ofSpans(List.of(span))));
    }

    /** A client can go on with its cursor after a restart, even when traces have moved meanwhile. */
    @Test
    void cursor_outlivesTheRestart() {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            spans.add(span().startTime(Samples.START.plusSeconds(i)).build());
        }
        repository.storeSpans(spans);
        TraceQuery query = query().order(Order.OLDEST_FIRST).limit(3).build();
        TraceQuery next = query.next(repository.querySpans(query)).orElseThrow();
        TraceQuery nextTraces = query.next(repository.queryTraces(query)).orElseThrow();
        TraceSpan early = span().traceId(spans.get(4).traceId())
                .startTime(Samples.START.minusSeconds(5))
                .build();
        repository.storeSpan(early);
        restart();
        verify(() -> {
            assertSpans(next, spans.subList(3, 6));
            assertThat(repository.queryTraces(nextTraces).items())
                    .extracting(TraceEvent::traceId)
                    .containsExactly(
                            spans.get(3).traceId(),
                            spans.get(4).traceId(),
                            spans.get(5).traceId());
        });
    }
}
