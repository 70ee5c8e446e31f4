package io.llmtrace.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonMemoryTest {

    private static final int MANY = 100_000;

    @ParameterizedTest
    @ValueSource(
            strings = {"[]", "{}", "1", "{\"a\":1}", "\"\"", "\"\\\"\"", "\"\\\\\"", "\"seven77\"", "\"seven7\\\\\""})
    void ofValues_countsEach(String value) {
        assertThat(of("[" + (value + ",").repeat(MANY) + value + "]")).isGreaterThan(100L * MANY);
    }

    @Test
    void ofValues_shortTextsCountNothing() {
        String text = "\"some text, [with] \\\"quotes\\\", {braces} and a backslash\\\\\"";

        assertThat(of("[" + (text + ",").repeat(MANY) + text + "]")).isEqualTo(of("[" + "[],".repeat(MANY / 2) + "1]"));
    }

    @Test
    void ofValues_ofLongTexts_theOneWithTheMostValuesCounts() {
        String array = "[" + "[],".repeat(MANY) + "[]]";

        assertThat(of("\"" + array + "\"")).isGreaterThan(100L * MANY);
        assertThat(of("[\"" + array + "\",\"" + array + "\",\"" + array + "\"]"))
                .isLessThan(2 * of("\"" + array + "\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE"})
    void ofValues_otherEncodingsHideNothing(String charset) {
        String json = "[\"\u2201\"," + "[],".repeat(MANY) + "[]]"; // half of the character is a quote

        assertThat(JsonMemory.ofValues(json.getBytes(Charset.forName(charset)))).isGreaterThan(100L * MANY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"", "\"\\", "\"seven77", "\"seven7\\", "\"eight888", "[\"eight888\\", "}]\":"})
    void ofValues_ofNoJson_isAnEstimate(String text) {
        assertThat(of(text)).isBetween(0L, 1_000L);
    }

    private static long of(String json) {
        return JsonMemory.ofValues(json.getBytes(StandardCharsets.UTF_8));
    }
}
