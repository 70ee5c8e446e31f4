package io.llmtrace.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1900-01-01T00:00:00Z",
                "1900-01-01T00:00:00.000000001Z",
                "1969-12-31T23:59:59.999999999Z",
                "1970-01-01T00:00:00Z",
                "1970-01-01T00:00:00.000000001Z",
                "2026-01-31T09:30:00.123456789Z",
                "2199-12-31T23:59:59.999999999Z",
                "2262-04-11T23:47:16.854775806Z",
                "2262-04-11T23:47:16.854775807Z"
            })
    void nanos_thereAndBack(String text) {
        Instant time = Instant.parse(text);
        assertThat(Times.ofNanos(Times.toNanos(time))).isEqualTo(time);
        assertThat(Times.requireStorable(time, "start_time")).isEqualTo(time);
    }

    @Test
    void nanos_areCutAtTheEnds() {
        assertThat(Times.toNanos(Instant.MAX)).isEqualTo(Long.MAX_VALUE);
        assertThat(Times.toNanos(Instant.MIN)).isEqualTo(Times.toNanos(Times.EARLIEST));
        assertThat(Times.toNanos(Instant.EPOCH.minusNanos(1))).isEqualTo(-1);
        assertThat(Times.ofNanos(Long.MIN_VALUE)).isBefore(Times.EARLIEST);
    }

    @Test
    void requireStorable_namesTheField() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Times.requireStorable(Instant.parse("1899-12-31T23:59:59Z"), "created_at"))
                .withMessage("created_at not in [1900-01-01T00:00:00Z, 2262-04-11T23:47:16.854775807Z]:"
                        + " 1899-12-31T23:59:59Z");
    }
}
