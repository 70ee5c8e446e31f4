package io.llmtrace.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RetentionBasisTest {

    private static final Instant CREATED = Instant.parse("2026-03-01T12:00:00Z");

    private final UUID tenant = UUID.randomUUID();
    private final UUID traceId = UUID.randomUUID();

    @Test
    void start_isWhenTheTraceWasCreated() {
        assertThat(RetentionBasis.START.timeOf(trace(span(5, 9L)))).isEqualTo(CREATED);
    }

    @Test
    void end_isTheLatestEnd_orStartOfASpanWithoutOne() {
        assertThat(RetentionBasis.END.timeOf(trace(span(5, 9L), span(6, 7L)))).isEqualTo(CREATED.plusSeconds(9));
        assertThat(RetentionBasis.END.timeOf(trace(span(5, 9L), span(10, null))))
                .isEqualTo(CREATED.plusSeconds(10));
    }

    @Test
    void end_isNeverBeforeTheTraceWasCreated() {
        assertThat(RetentionBasis.END.timeOf(trace())).isEqualTo(CREATED);
        assertThat(RetentionBasis.END.timeOf(trace(span(-9, -5L)))).isEqualTo(CREATED);
    }

    @Test
    void isExpired_beforeTheTimeOnly() {
        RetentionRule rule = RetentionRule.of(30, RetentionBasis.END);
        Instant last = CREATED.plusSeconds(9).plus(Duration.ofDays(30));

        assertThat(rule.isExpired(trace(span(5, 9L)), last)).isFalse();
        assertThat(rule.isExpired(trace(span(5, 9L)), last.plusNanos(1))).isTrue();
        assertThat(RetentionRule.of(30).isExpired(trace(span(5, 9L)), last)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void ofText_readsWhatTextReturns(RetentionBasis basis) {
        assertThat(RetentionBasis.ofText(basis.text())).isEqualTo(basis);
    }

    @Test
    void ofText_namesTheChoices() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RetentionBasis.ofText("END"))
                .withMessage("not in [start, end]: 'END'");
    }

    private TraceEvent trace(TraceSpan... spans) {
        return TraceEvent.of(traceId, tenant, CREATED, List.of(spans));
    }

    private TraceSpan span(long start, @Nullable Long end) {
        return TraceSpan.builder(tenant, traceId, UUID.randomUUID(), "run", CREATED.plusSeconds(start))
                .endTime(end == null ? null : CREATED.plusSeconds(end))
                .build();
    }
}
