package io.llmtrace.otlp.internal.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.otlp.Fixtures;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Looks up names of models as applications, gateways and clouds write them in the built-in prices. */
class ModelNamesTest {

    private static final PriceTable TABLE = PriceTable.parse(text("prices.csv"), "prices.csv");
    private static final PriceList BUILT_IN = new PriceList("test", null, TABLE);

    /**
     * A line of the file.
     *
     * @param price provider and model of the price that applies, in lower case; a single {@code |} for none
     */
    private record Line(String provider, String model, String price) {
        @Override
        public String toString() {
            return provider + " " + model;
        }
    }

    static Stream<Line> lines() {
        return text("model-names.csv")
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("\\|", 3))
                .map(parts -> new Line(parts[0], parts[1], parts[2]));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void find_nameInAnyForm_isTheRightPriceOrNone(Line line) {
        LlmProvider provider = line.provider.isEmpty() ? null : new LlmProvider(line.provider);

        PriceList.Found found = BUILT_IN.find(new Cost.ModelCall(provider, null, line.model, Instant.EPOCH));

        assertThat(found == null ? "|" : found.history().name().replace('\n', '|'))
                .isEqualTo(line.price);
    }

    @ParameterizedTest
    @CsvSource({
        "OpenAI, gpt-99",
        "OpenAI, gpt-4o-prod",
        "OpenAI, gpt-5-mini-custom",
        "OpenAI, ft:my-base:acme::abc",
        "AzureOpenAI, my-deployment",
        "Anthropic, claude-opus-9",
        "Bedrock, amazon.titan-embed-text-v7:0",
        "gcp.gemini, tunedModels/my-tuned-123",
        "acme, gpt-4o",
        "'', acme/gpt-4o",
    })
    void find_nameThatIsNotListed_isNone(String provider, String model) {
        LlmProvider named = provider.isEmpty() ? null : new LlmProvider(provider);

        assertThat(BUILT_IN.find(new Cost.ModelCall(named, null, model, Instant.EPOCH)))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "Anthropic, claude-4.5-sonnet, claude-sonnet-4-5",
        "Anthropic, claude-sonnet-4-5-latest, claude-sonnet-4-5",
        "Anthropic, claude-3.7-sonnet, claude-3-7-sonnet-latest",
        "OpenAI, gpt-4-1, gpt-4.1",
        "OpenAI, gpt-5.4-nano (high), gpt-5.4-nano",
        "OpenAI, ft:gpt-4o-mini:acme::abc, ft:gpt-4o-mini-2024-07-18",
    })
    void find_nameInAnotherSpelling_isTheModel(String provider, String model, String listed) {
        PriceList.Found found =
                BUILT_IN.find(new Cost.ModelCall(new LlmProvider(provider), null, model, Instant.EPOCH));

        assertThat(found.history().name()).endsWith("\n" + listed);
    }

    @Test
    void lines_areAtLeast150() {
        assertThat(lines().count()).isGreaterThanOrEqualTo(150);
    }

    @Test
    void find_everyListedModel_isItself() {
        text("prices.csv").lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            String[] cells = line.split(",");

            PriceList.Found found =
                    BUILT_IN.find(new Cost.ModelCall(new LlmProvider(cells[0]), cells[1], null, Instant.EPOCH));

            assertThat(found.history()).isSameAs(TABLE.findExact(cells[0], cells[1]));
        });
    }

    @Test
    void of_longName_isCutShort() {
        assertThat(ModelName.of("claude-".repeat(100_000)).forms()).isEmpty();
    }

    private static String text(String resource) {
        return new String(Fixtures.resource(resource), StandardCharsets.UTF_8);
    }
}
