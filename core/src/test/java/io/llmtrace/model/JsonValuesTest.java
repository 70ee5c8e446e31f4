package io.llmtrace.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JsonValuesTest {

    @Test
    void numbers_becomeLongBigIntegerOrDouble() {
        List<Object> values = Arrays.asList(
                1,
                (short) 2,
                (byte) 3,
                4L,
                1.5f,
                2.5,
                new BigDecimal("3.5"),
                BigInteger.ONE,
                BigInteger.ONE.shiftLeft(64));
        assertThat(JsonValues.copyOf((Object) values, "attributes"))
                .isEqualTo(List.of(1L, 2L, 3L, 4L, 1.5, 2.5, 3.5, 1L, BigInteger.ONE.shiftLeft(64)));
    }

    @Test
    void nullInside_isKept() {
        assertThat(JsonValues.copyOf((Object) Arrays.asList(null, true), "attributes"))
                .isEqualTo(Arrays.asList(null, true));
    }

    @Test
    void whatIsNotJson_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonValues.copyOf(Map.of("n", Double.POSITIVE_INFINITY), "attributes"))
                .withMessage("attributes has a number that JSON cannot hold: Infinity");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonValues.copyOf(Map.of("n", new BigDecimal("1e400")), "attributes"))
                .withMessage("attributes has a number that JSON cannot hold: Infinity");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonValues.copyOf((Object) 'c', "events.data"))
                .withMessage("events.data has a value that is not JSON: java.lang.Character");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonValues.copyOf(Map.of("n", BigInteger.TEN.pow(999)), "attributes"))
                .withMessage("attributes has a whole number of more than 999 digits");
    }
}
