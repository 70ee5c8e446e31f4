package io.llmtrace.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IdsTest {

    private static final UUID TRACE = UUID.fromString("0af76519-16cd-43dd-8448-eb211c80319c");

    @Test
    void parse_takesUuidAndHexInAnyCase() {
        assertThat(Ids.parseTraceId("0af76519-16cd-43dd-8448-eb211c80319c")).isEqualTo(TRACE);
        assertThat(Ids.parseTraceId("0AF7651916CD43DD8448EB211C80319C")).isEqualTo(TRACE);
        assertThat(Ids.parseSpanId("00f067aa0ba902b7")).isEqualTo(new UUID(0, 0x00f067aa0ba902b7L));
        assertThat(Ids.parseSpanId("FFFFFFFFFFFFFFFF")).isEqualTo(new UUID(0, -1));
        assertThat(Ids.parseSpanId("0af7651916cd43dd8448eb211c80319c")).isEqualTo(TRACE);
        assertThat(Ids.parseSpanId(TRACE.toString())).isEqualTo(TRACE);
        assertThat(Ids.parseUuid(TRACE.toString().toUpperCase(Locale.ROOT))).isEqualTo(TRACE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "0af7651916cd43dd8448eb211c80319",
                "0af7651916cd43dd8448eb211c80319cc",
                "0af7651916cd43dd8448eb211c80319g",
                "-af7651916cd43dd8448eb211c80319c",
                "0af76519-16cd-43dd-8448-eb211c8031",
                "1-1-1-1-1",
                " 0af76519-16cd-43dd-8448-eb211c80319c"
            })
    void parse_refusesTheRest(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ids.parseTraceId(text))
                .withMessage("not a trace id (a UUID or 32 hex digits): '" + text + "'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ids.parseSpanId(text))
                .withMessage("not a span id (a UUID, or 16 or 32 hex digits): '" + text + "'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ids.parseUuid(text))
                .withMessage("not a UUID: '" + text + "'");
    }

    @Test
    void parse_shortensWhatItShows() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ids.parseTraceId("x".repeat(100_000)))
                .withMessage(
                        "not a trace id (a UUID or 32 hex digits): '" + "x".repeat(60) + "…' of 100000 characters");
    }

    @Test
    void formatSpanId_isHexWhenTheHighHalfIsZero() {
        assertThat(Ids.formatSpanId(Ids.spanIdOf(0x00f067aa0ba902b7L))).isEqualTo("00f067aa0ba902b7");
        assertThat(Ids.formatSpanId(Ids.spanIdOf(-1))).isEqualTo("ffffffffffffffff");
        assertThat(Ids.formatSpanId(TRACE)).isEqualTo(TRACE.toString());
    }

    @Test
    void byteOrder_isTheOrderOfTheBytes() {
        Random random = new Random(1);
        List<UUID> ids = new ArrayList<>(List.of(new UUID(0, 0), new UUID(-1, -1), new UUID(0, -1), new UUID(-1, 0)));
        for (int i = 0; i < 100; i++) {
            ids.add(new UUID(random.nextInt(3) - 1, random.nextLong()));
        }
        for (UUID a : ids) {
            assertThat(Ids.ofBytes(Ids.toBytes(a))).isEqualTo(a);
            for (UUID b : ids) {
                assertThat(Integer.signum(Ids.BYTE_ORDER.compare(a, b)))
                        .isEqualTo(Integer.signum(Arrays.compareUnsigned(Ids.toBytes(a), Ids.toBytes(b))));
            }
        }
    }

    @Test
    void ofBytes_takesSixteen() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ids.ofBytes(new byte[8]))
                .withMessage("length of an id != 16: 8");
    }
}
