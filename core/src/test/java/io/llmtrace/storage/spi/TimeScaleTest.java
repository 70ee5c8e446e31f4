package io.llmtrace.storage.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeScaleTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "PT0S,      60, PT0.001S, 2026-03-01T12:00:00Z, 2026-03-01T12:00:00.001Z",
        "PT0.059S,  60, PT0.001S, 2026-03-01T12:00:00Z, 2026-03-01T12:00:00.060Z",
        "PT0.060S,  60, PT0.002S, 2026-03-01T12:00:00Z, 2026-03-01T12:00:00.062Z",
        "PT59M59S,  60, PT1M,     2026-03-01T12:00:00Z, 2026-03-01T13:00:00Z",
        "PT1H,      60, PT2M,     2026-03-01T12:00:00Z, 2026-03-01T13:02:00Z",
        "PT24H,     24, PT2H,     2026-03-01T12:00:00Z, 2026-03-02T14:00:00Z",
        "PT24H,     25, PT1H,     2026-03-01T12:00:00Z, 2026-03-02T13:00:00Z",
        "PT720H,    60, PT24H,    2026-03-01T00:00:00Z, 2026-04-01T00:00:00Z",
        "PT8760H,  100, PT168H,   2026-02-26T00:00:00Z, 2027-03-04T00:00:00Z",
    })
    void width_isTheLeastNaturalOne(Duration range, int buckets, Duration width, Instant start, Instant end) {
        TimeScale scale = TimeScale.of(NOON, NOON.plus(range), buckets);

        assertThat(Duration.ofMillis(scale.widthMs())).isEqualTo(width);
        assertThat(scale.start()).isEqualTo(start);
        assertThat(scale.end()).isEqualTo(end);
    }

    @Test
    void everyRange_fitsIntoFourBuckets() {
        Random random = new Random(4);
        for (int i = 0; i < 10_000; i++) {
            long a = Times.toNanos(Times.EARLIEST) + (long) (random.nextDouble() * 1.1e19);
            long b = Times.toNanos(Times.EARLIEST) + (long) (random.nextDouble() * 1.1e19);
            Instant from = Times.ofNanos(Math.max(Times.toNanos(Times.EARLIEST), Math.min(a, b)));
            Instant to = Times.ofNanos(Math.max(Times.toNanos(Times.EARLIEST), Math.max(a, b)));
            TimeScale scale = TimeScale.of(from, to, 4);

            assertThat(scale.last() - scale.first()).isBetween(0L, 3L);
            assertThat(scale.start()).isBeforeOrEqualTo(from);
            assertThat(scale.end()).isAfter(to);
            assertThat(scale.startOf(scale.bucketOf(Times.toNanos(from)))).isEqualTo(scale.start());
        }
        assertThat(TimeScale.of(Instant.MIN, Instant.MAX, 4)).isEqualTo(TimeScale.of(Times.EARLIEST, Times.LATEST, 4));
    }
}
