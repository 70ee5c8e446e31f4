package io.llmtrace.storage.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.TraceSpan;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class AttributeTokensTest {

    private static String token(Object value) {
        return AttributeTokens.of(
                        TraceSpan.builder(new UUID(0, 1), new UUID(0, 2), new UUID(0, 3), "run", Instant.EPOCH)
                                .attributes(Map.of("n", value))
                                .build())
                .iterator()
                .next();
    }

    /** Stores hold them, so they must not change. */
    @Test
    void of_isFixed() {
        assertThat(List.of(token("Gold"), token(true), token(3L), token(-0.25), token(0L), token("x".repeat(257))))
                .containsExactly(
                        "n\u0001sGold", "n\u0001btrue", "n\u0001nd50013", "n\u0001nb499974z", "n\u0001nc", "n\u0001l");
        assertThat(token(Map.of("doubleValue", "NaN"))).isEqualTo("n\u0001o");
    }

    @Test
    void ofNumbers_haveTheirOrder() {
        List<Object> ascending = List.of(
                Map.of("doubleValue", "-Infinity"),
                BigInteger.TEN.pow(998).negate(),
                -Double.MAX_VALUE,
                new BigInteger("-9223372036854775809"),
                Long.MIN_VALUE,
                -100L,
                -99.5,
                -11L,
                -10L,
                -1.5,
                -1L,
                -0.11,
                -0.1,
                -0.01,
                -Double.MIN_VALUE,
                0L,
                Double.MIN_VALUE,
                0.01,
                0.1,
                0.11,
                1L,
                1.5,
                10L,
                11L,
                99.5,
                100L,
                9_007_199_254_740_992L,
                9_007_199_254_740_993L,
                Long.MAX_VALUE,
                Double.MAX_VALUE,
                BigInteger.TEN.pow(998),
                Map.of("doubleValue", "Infinity"));
        List<String> tokens = ascending.stream().map(AttributeTokensTest::token).toList();
        assertThat(tokens).isSorted().doesNotHaveDuplicates();
        assertThat(token(-0.0)).isEqualTo(token(0L));
        assertThat(token(1.0)).isEqualTo(token(1L));
        assertThat(token(1e20)).isEqualTo(token(BigInteger.TEN.pow(20)));
        assertThat(Collections.max(tokens)).isEqualTo(token(Map.of("doubleValue", "Infinity")));
    }
}
