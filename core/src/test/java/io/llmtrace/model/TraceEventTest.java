package io.llmtrace.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class TraceEventTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final UUID TENANT = new UUID(1, 1);
    private static final UUID TRACE = new UUID(2, 2);

    @Test
    void spans_areOrderedByStartThenIdInByteOrder() {
        TraceSpan late = span(new UUID(0, 1), START.plusNanos(1));
        TraceSpan low = span(new UUID(0, 5), START);
        TraceSpan high = span(new UUID(0, -5), START);
        assertThat(TraceEvent.ofSpans(List.of(late, high, low)).spans()).containsExactly(low, high, late);
    }

    @Test
    void spanGivenTwice_countsOnceTheLaterOne() {
        TraceSpan first = span(new UUID(0, 1), START);
        TraceSpan second = first.toBuilder()
                .prompt("second")
                .startTime(START.plusSeconds(1))
                .build();
        TraceEvent trace = TraceEvent.ofSpans(List.of(first, second));
        assertThat(trace.spans()).containsExactly(second);
        assertThat(trace.createdAt()).isEqualTo(START.plusSeconds(1));
    }

    @Test
    void createdAt_isTheEarliestStartUnlessSet() {
        List<TraceSpan> spans = List.of(span(new UUID(0, 1), START.plusSeconds(1)), span(new UUID(0, 2), START));
        assertThat(TraceEvent.ofSpans(spans).createdAt()).isEqualTo(START);
        assertThat(TraceEvent.of(TRACE, TENANT, START.plusSeconds(9), spans).createdAt())
                .isEqualTo(START.plusSeconds(9));
    }

    @Test
    void wrongArguments_areNamed() {
        TraceSpan span = span(new UUID(0, 1), START);
        UUID other = new UUID(9, 9);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceEvent.of(TRACE, TENANT, null, List.of()))
                .withMessage("created_at missing on a trace without spans: " + TRACE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceEvent.ofSpans(List.of()))
                .withMessage("spans is empty: []");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceEvent.of(other, TENANT, null, List.of(span)))
                .withMessage("span of another trace than " + other + ": " + span);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceEvent.of(TRACE, other, null, List.of(span)))
                .withMessage("span of another tenant than " + other + ": " + TENANT);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceEvent.of(TRACE, TENANT, Instant.MAX, List.of()))
                .withMessageStartingWith("created_at not in [");
        assertThatNullPointerException()
                .isThrownBy(() -> TraceEvent.of(null, TENANT, START, List.of()))
                .withMessage("traceId");
        assertThatNullPointerException()
                .isThrownBy(() -> TraceEvent.of(TRACE, null, START, List.of()))
                .withMessage("tenantId");
    }

    private static TraceSpan span(UUID spanId, Instant start) {
        return TraceSpan.builder(TENANT, TRACE, spanId, "chat", start).build();
    }
}
