package io.llmtrace.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class FormatsTest {

    @Test
    void cost_hasTheDigitsThatCount() {
        assertThat(Formats.cost(0.0)).isEqualTo("$0");
        assertThat(Formats.cost(0.0000123)).isEqualTo("$0.000012");
        assertThat(Formats.cost(0.00063)).isEqualTo("$0.00063");
        assertThat(Formats.cost(0.0274)).isEqualTo("$0.0274");
        assertThat(Formats.cost(1.5)).isEqualTo("$1.5000");
        assertThat(Formats.cost(1234.5)).isEqualTo("$1,234.50");
        assertThat(Formats.cost(null)).isEmpty();
    }

    @Test
    void duration_changesItsUnit() {
        assertThat(Formats.duration(850L)).isEqualTo("850 ms");
        assertThat(Formats.duration(4_920L)).isEqualTo("4.92 s");
        assertThat(Formats.duration(185_000L)).isEqualTo("3 m 05 s");
        assertThat(Formats.duration(7_620_000L)).isEqualTo("2 h 07 m");
        assertThat(Formats.duration(273_600_000L)).isEqualTo("3 d 04 h");
    }

    @Test
    void time_isUtcToTheSecond() {
        assertThat(Formats.time(Instant.parse("2026-01-31T09:30:00.999Z"))).isEqualTo("2026-01-31T09:30:00Z");
    }

    @Test
    void bytes_areBinary() {
        assertThat(Formats.bytes(512)).isEqualTo("512 B");
        assertThat(Formats.bytes(1_572_864)).isEqualTo("1.5 MiB");
    }

    @Test
    void count_knowsThePlural() {
        assertThat(Formats.count(1, "trace")).isEqualTo("1 trace");
        assertThat(Formats.count(2_000, "trace")).isEqualTo("2,000 traces");
    }
}
