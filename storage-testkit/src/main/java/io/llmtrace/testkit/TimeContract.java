package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Times keep nanoseconds, from 1900 to 2262: clocks of clients may be wrong, and none of their dates may break anything. */
abstract class TimeContract extends ContractTest {

    TimeContract(RepositoryFixture store) {
        super(store);
    }

    /** Times in ascending order. */
    static List<Instant> extremes() {
        return List.of(
                Times.EARLIEST,
                Times.EARLIEST.plusNanos(1),
                Instant.parse("1969-12-31T23:59:59.999999999Z"),
                Instant.EPOCH,
                Instant.EPOCH.plusNanos(1),
                Instant.parse("2000-02-29T23:59:59.999999999Z"),
                Instant.parse("2038-01-19T03:14:08Z"),
                Instant.parse("2106-02-07T06:28:16.000000001Z"),
                Instant.parse("2149-06-07T00:00:00Z"),
                Instant.parse("2199-12-31T23:59:59.999999999Z"),
                Instant.parse("2200-01-01T00:00:00Z"),
                Instant.parse("2261-06-01T00:00:00.000000001Z"),
                Times.LATEST.minusNanos(1),
                Times.LATEST);
    }

    @Test
    void everyTimeField_keepsIt() {
        verifyEach(extremes(), time -> {
            TraceSpan span = span().startTime(time)
                    .endTime(time)
                    .securityFindings(List.of(
                            SecurityFinding.builder(Severity.LOW, "x", time).build()))
                    .events(List.of(SpanEvent.builder("x", time).build()))
                    .agentActions(List.of(AgentAction.builder(AgentActionType.TOOL_CALL, "x", time)
                            .build()))
                    .build();
            TraceEvent trace = TraceEvent.of(span.traceId(), tenant, time, List.of(span));
            repository.storeTrace(trace);
            return () -> {
                assertStored(trace);
                assertSpans(query().startTime(time).endTime(time).build(), span);
                assertThat(repository.stats(tenant).oldestTrace()).isEqualTo(time);
                assertThat(repository.stats(tenant).newestTrace()).isEqualTo(time);
            };
        });
    }

    @Test
    void spanThatLastsFromTheFirstTimeToTheLast() {
        TraceSpan span = span().startTime(Times.EARLIEST).endTime(Times.LATEST).build();
        repository.storeSpan(span);
        verify(() -> assertStored(TraceEvent.ofSpans(List.of(span))));
    }

    @Test
    void allTimesTogether_areOrderedAndDeletedByTime() {
        List<TraceSpan> spans = new ArrayList<>();
        extremes().forEach(time -> spans.add(span().startTime(time).build()));
        repository.storeSpans(spans);
        verify(() -> {
            assertSpans(query().order(Order.OLDEST_FIRST).build(), spans);
            assertTraces(
                    query().order(Order.OLDEST_FIRST).build(),
                    spans.stream()
                            .map(span -> TraceEvent.ofSpans(List.of(span)))
                            .toList());
            assertThat(repository.stats(tenant).oldestTrace()).isEqualTo(Times.EARLIEST);
            assertThat(repository.stats(tenant).newestTrace()).isEqualTo(Times.LATEST);
        });
        assertThat(repository.deleteTracesBefore(tenant, Instant.EPOCH)).isEqualTo(3);
        verify(() -> assertSpans(query().order(Order.OLDEST_FIRST).build(), spans.subList(3, spans.size())));
    }

    @Test
    void neighbouringNanoseconds_stayApart() {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            spans.add(span().startTime(Samples.START.plusNanos(i))
                    .endTime(Samples.START.plusNanos(2L * i))
                    .build());
        }
        repository.storeSpans(spans);
        verify(() -> {
            assertSpans(query().order(Order.OLDEST_FIRST).build(), spans);
            assertSpans(
                    query().startTime(Samples.START.plusNanos(3))
                            .endTime(Samples.START.plusNanos(4))
                            .build(),
                    spans.get(4),
                    spans.get(3));
        });
    }

    /** Spans on both sides of the start of an hour, day, month and year, where engines split partitions. */
    @Test
    void oneTraceOverManyPartitions() {
        UUID traceId = UUID.randomUUID();
        List<TraceSpan> spans = new ArrayList<>();
        Instant start = Instant.parse("2025-12-31T23:59:59.999999999Z");
        for (long step : new long[] {0, 1, 3_600_000_000_000L, 86_400_000_000_000L, 40 * 86_400_000_000_000L}) {
            spans.add(span().traceId(traceId).startTime(start.plusNanos(step)).build());
        }
        repository.storeSpans(spans);
        verify(() -> assertStored(TraceEvent.ofSpans(spans)));
    }
}
