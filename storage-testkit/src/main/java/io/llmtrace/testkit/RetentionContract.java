package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.TraceRetention;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long traces are kept: for stores that are {@link TraceRetention}. */
abstract class RetentionContract extends ContractTest {

    private static final Instant NOW = Samples.START.plus(Duration.ofDays(400));

    RetentionContract(RepositoryFixture store) {
        super(store);
    }

    private TraceRetention retention() {
        return TraceRetention.of(repository);
    }

    @Test
    void retentionDays_areNoneAtFirstThenWhatWasSaidLast() {
        assertThat(retention().retentionDays(tenant)).isNull();
        retention().setRetentionDays(tenant, 30);
        retention().setRetentionDays(otherTenant, TraceRetention.MAX_DAYS);
        retention().setRetentionDays(tenant, 1);

        verify(() -> {
            assertThat(retention().retentionDays(tenant)).isEqualTo(1);
            assertThat(retention().retentionDays(otherTenant)).isEqualTo(TraceRetention.MAX_DAYS);
            assertThat(retention().retentionDays(UUID.randomUUID())).isNull();
            assertThat(statsOf(tenant)).isEqualTo(StorageStats.EMPTY);
        });

        retention().setRetentionDays(tenant, null);

        verify(() -> {
            assertThat(retention().retentionDays(tenant)).isNull();
            assertThat(retention().retentionDays(otherTenant)).isEqualTo(TraceRetention.MAX_DAYS);
        });
    }

    @Test
    void deleteExpired_removesWhatIsOlderAndCountsIt() {
        TraceEvent expired = stored(tenant, NOW.minus(Duration.ofDays(30)).minusNanos(1));
        TraceEvent justKept = stored(tenant, NOW.minus(Duration.ofDays(30)));
        TraceEvent kept = stored(tenant, NOW);
        retention().setRetentionDays(tenant, 30);

        assertThat(retention().deleteExpired(NOW)).isEqualTo(1);
        assertThat(retention().deleteExpired(NOW)).isZero();

        verify(() -> {
            assertAbsent(expired);
            assertTraces(everything(), kept, justKept);
        });
    }

    @Test
    void deleteExpired_goesByTheDaysOfEachTenant() {
        UUID forEver = UUID.randomUUID();
        TraceEvent expired = stored(tenant, NOW.minus(Duration.ofDays(8)));
        TraceEvent ofOther = stored(otherTenant, NOW.minus(Duration.ofDays(8)));
        TraceEvent expiredOfOther = stored(otherTenant, NOW.minus(Duration.ofDays(91)));
        TraceEvent old = stored(forEver, Times.EARLIEST);
        retention().setRetentionDays(tenant, 7);
        retention().setRetentionDays(otherTenant, 90);

        assertThat(retention().deleteExpired(NOW)).isEqualTo(2);

        verify(() -> {
            assertAbsent(expired);
            assertAbsent(expiredOfOther);
            assertStored(ofOther);
            assertStored(old);
        });
    }

    @Test
    void deleteExpired_goesByWhatHoldsWhenItIsCalled() {
        TraceEvent trace = stored(tenant, NOW.minus(Duration.ofDays(8)));
        retention().setRetentionDays(tenant, 7);
        retention().setRetentionDays(tenant, 9);
        assertThat(retention().deleteExpired(NOW)).isZero();
        retention().setRetentionDays(tenant, null);
        assertThat(retention().deleteExpired(NOW)).isZero();
        verify(() -> assertStored(trace));

        retention().setRetentionDays(tenant, 7);

        assertThat(retention().deleteExpired(NOW)).isEqualTo(1);
        verify(() -> assertAbsent(trace));
    }

    /** Clients' clocks lie: a trace of the future is not old before its time. */
    @Test
    void deleteExpired_takesTheAgeThatTheTraceSays() {
        TraceEvent ofThePast = stored(tenant, Instant.EPOCH);
        TraceEvent ofTheFuture = stored(tenant, Times.LATEST);
        retention().setRetentionDays(tenant, 1);

        assertThat(retention().deleteExpired(NOW)).isEqualTo(1);

        verify(() -> {
            assertAbsent(ofThePast);
            assertStored(ofTheFuture);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, TraceRetention.MAX_DAYS + 1})
    void setRetentionDays_outsideItsRange_isRefused(int days) {
        retention().setRetentionDays(tenant, 5);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> retention().setRetentionDays(tenant, days))
                .withMessage("days not in [1, 36500]: " + days);

        assertThat(retention().retentionDays(tenant)).isEqualTo(5);
    }

    @Test
    void nullArguments_areRefused() {
        assertThatNullPointerException().isThrownBy(() -> retention().retentionDays(missing()));
        assertThatNullPointerException().isThrownBy(() -> retention().setRetentionDays(missing(), 1));
        assertThatNullPointerException().isThrownBy(() -> retention().deleteExpired(missing()));
    }

    private TraceEvent stored(UUID owner, Instant createdAt) {
        TraceSpan span = Samples.span(owner).startTime(createdAt).build();
        TraceEvent trace = TraceEvent.ofSpans(List.of(span));
        repository.storeTrace(trace);
        return trace;
    }
}
