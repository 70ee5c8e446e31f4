package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.llmtrace.model.TraceSpan;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PricesTest {

    /** The sample spans start on 2026-01-05. */
    private static final String CSV = """
            # version: test 1
            OpenAI,m,,,2,8,0.5,,
            OpenAI,m,2026-01-01,,1,4,0.25,3,40
            OpenAI,m,2026-01-01,1000,10,20,,,
            OpenAI,m,2026-02-01,,100,100,,,
            Anthropic,claude-x-20250101,,,5,5,,,
            Bedrock,anthropic.claude-x-20250101-v1:0,,,7,7,,,
            ,own-model,,,3,3,,,
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        // provider, model, input, output, cache read, cache write, reasoning -> dollars for a million
        "openai, m, 100, 10, 0, 0, 0, 140",
        "openai, m, 100, 10, 40, 20, 0, 150",
        "openai, m, 100, 10, 0, 0, 5, 320",
        "openai, m, 1001, 0, 0, 0, 0, 10010",
        "openai, m, 1000, 0, 0, 0, 0, 1000",
        "anthropic, claude-x, 10, 0, 0, 0, 0, 50",
        "anthropic, claude-x-20250101, 10, 0, 0, 0, 0, 50",
        "anthropic, vendor/claude-x-latest, 10, 0, 0, 0, 0, 50",
        "aws.bedrock, us.anthropic.claude-x-20250101-v1:0, 10, 0, 0, 0, 0, 70",
        "acme, own-model, 10, 0, 0, 0, 0, 30",
        "acme, m, 10, 0, 0, 0, 0, ",
    })
    void map_withoutCost_estimatesIt(
            String provider, String model, long input, long output, long read, long write, long reasoning, Double cost)
            throws IOException {
        Span.Builder span = Fixtures.span(
                "gen_ai.operation.name", "chat",
                "gen_ai.provider.name", provider,
                "gen_ai.request.model", model,
                "gen_ai.usage.input_tokens", input,
                "gen_ai.usage.output_tokens", output,
                "gen_ai.usage.cache_read.input_tokens", read,
                "gen_ai.usage.cache_creation.input_tokens", write,
                "gen_ai.usage.reasoning.output_tokens", reasoning);
        TraceSpan mapped = map(span, Prices.read(file(CSV)));

        if (cost == null) {
            assertThat(mapped.estimatedCostUsd()).isNull();
        } else {
            assertThat(mapped.estimatedCostUsd()).isCloseTo(cost / 1e6, Offset.offset(1e-12));
            assertThat((String) mapped.attributes().get("llmtrace.mapping"))
                    .contains(" cost=prices:test_1+" + Prices.builtIn().version());
        }
    }

    private static final String CSV_WITH_PARTS = """
            # version: test 2
            OpenAI,m,,,2,8,0.5,,,,,20,80,5,3,30
            OpenAI,m,,,1,4,0.25,,,flex
            OpenAI,m,,,4,16,1,,,priority
            OpenAI,m,,1000,3,9,1,,,
            OpenAI,m,2026-04-30,,2,8,,,
            Anthropic,c,,,3,15,0.3,3.75,,,6
            ,plain,,,1,2,,,
            """;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "openai.response.service_tier=flex | 140",
                "gen_ai.openai.response.service_tier=priority | 560",
                "openai.response.service_tier=default | 280",
                "openai.response.service_tier=default gen_ai.openai.request.service_tier=flex | 280",
                "gen_ai.openai.request.service_tier=flex | 140",
                "openai.response.service_tier=batch | 280",
                "llm.token_count.prompt_details.audio=40 | 1000",
                "llm.token_count.prompt_details.audio=40 llm.token_count.completion_details.audio=5 | 1360",
                "gen_ai.usage.details.input_audio_tokens=40 gen_ai.usage.details.output_audio_tokens=5 | 1360",
                "gen_ai.usage.input_image_tokens=50 gen_ai.usage.output_image_tokens=10 | 550",
                "gen_ai.usage.input_token_details={'cached_tokens':20,'audio_tokens':30,'cached_tokens_details':{'audio_tokens':10}}"
                        + " | 655",
            })
    void map_tierAndModalities_haveTheirOwnPrices(String attributes, Double cost) throws IOException {
        assertCost(span("openai", "m", attributes), cost);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "openai | m | {\"input\": 100, \"output\": 10, \"input_flex\": 100, \"output_flex\": 10} | 140",
                "openai | m | {\"input\": 60, \"output\": 10, \"input_audio\": 40} | 1000",
                "openai | m | {\"prompt_tokens\": 100, \"completion_tokens\": 10, \"service_tier\": \"priority\"} | 560",
                "anthropic | c | {\"input\": 10, \"input_cache_creation_5m\": 100, \"input_cache_creation_1h\": 50, \"output\": 5} | 780",
                "anthropic | c | {\"input\": 5, \"output\": 10, \"cache_creation_input_tokens\": 100,"
                        + " \"cache_creation\": {\"ephemeral_5m_input_tokens\": 40, \"ephemeral_1h_input_tokens\": 60}} | 675",
            })
    void map_usageObject_isPricedByItsParts(String provider, String model, String usage, Double cost)
            throws IOException {
        assertCost(
                Fixtures.span(
                        "langfuse.observation.type", "generation",
                        "gen_ai.provider.name", provider,
                        "langfuse.observation.model.name", model,
                        "langfuse.observation.usage_details", usage),
                cost);
    }

    @Test
    void map_longPrompt_costsMoreUntilTheSourceTookThatBack() throws IOException {
        Span.Builder span = Fixtures.span(
                "gen_ai.operation.name", "chat",
                "gen_ai.provider.name", "openai",
                "gen_ai.request.model", "m",
                "gen_ai.usage.input_tokens", 2000L);

        assertCost(span, 6000.0);
        assertCost(span.setStartTimeUnixNano(1_790_000_000_000_000_000L).setEndTimeUnixNano(0), 4000.0);
    }

    @Test
    void map_ownPricesWithoutTiers_holdForAllTiers() throws IOException {
        assertCost(span("acme", "plain", "openai.response.service_tier=flex"), 120.0);
    }

    @Test
    void map_tierThatTheListDoesNotHave_hasNoCost() {
        Span.Builder span = span("openai", "gpt-4.1-nano", "openai.response.service_tier=batch");
        Span.Builder other = span("anthropic", "claude-sonnet-4-5", "gen_ai.response.service_tier=flex");

        assertThat(map(span, Prices.builtIn()).estimatedCostUsd()).isCloseTo(7e-6, Offset.offset(1e-12));
        assertThat(map(other, Prices.builtIn()).estimatedCostUsd()).isNull();
    }

    private static Span.Builder span(String provider, String model, String attributes) {
        Span.Builder span = Fixtures.span(
                "gen_ai.operation.name",
                "chat",
                "gen_ai.provider.name",
                provider,
                "gen_ai.request.model",
                model,
                "gen_ai.usage.input_tokens",
                100L,
                "gen_ai.usage.output_tokens",
                10L);
        for (String attribute : attributes.split(" ")) {
            String[] parts = attribute.split("=", 2);
            boolean number = parts[1].chars().allMatch(Character::isDigit);
            span.addAttributes(Fixtures.attribute(parts[0], number ? (Object) Long.valueOf(parts[1]) : parts[1]));
        }
        return span;
    }

    /** Compares a cost in dollars for a million with that of the span. */
    private void assertCost(Span.Builder span, Double cost) throws IOException {
        Double estimated = map(span, Prices.read(file(CSV_WITH_PARTS))).estimatedCostUsd();
        if (cost == null) {
            assertThat(estimated).isNull();
        } else {
            assertThat(estimated).isCloseTo(cost / 1e6, Offset.offset(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "langfuse.observation.cost_details={\"input\":0.001,\"output\":0.002,\"cache_read_input_tokens\":0.0005} | 0.0035",
                "langfuse.observation.cost_details={\"input\":0.001,\"output\":0.002,\"total\":0.004} | 0.004",
                "langfuse.observation.cost_details={\"input\":0.001,\"output\":0.002,\"totalCost\":0.004} | 0.004",
                "langfuse.observation.cost_details={\"web_search\":0.01} | 0.01",
                "llm.cost.prompt=0.002 llm.cost.completion=0.001 llm.cost.prompt_details.cache_read=0.0015 | 0.003",
                "llm.cost.prompt_details.cache_read=0.0015 llm.cost.completion=0.001 | 0.0025",
                "gen_ai.cost.input_cost=0.002 gen_ai.cost.output_cost=0.001 gen_ai.cost.tool_usage_cost=0.01"
                        + " gen_ai.cost.discount_amount=0.5 | 0.013",
                "gen_ai.usage.input_cost=0.002 gen_ai.usage.output_cost=0.001 gen_ai.usage.cache_read_cost=0.0001 | 0.0031",
                "ai.response.providerMetadata={\"gateway\":{\"cost\":\"0.007\"}} | 0.007",
            })
    void map_reportedCost_countsInFull(String attributes, double cost) {
        Span.Builder span = Fixtures.span("gen_ai.operation.name", "chat", "gen_ai.request.model", "gpt-4o");
        for (String attribute : attributes.split(" ")) {
            String[] parts = attribute.split("=", 2);
            span.addAttributes(Fixtures.attribute(
                    parts[0], parts[1].startsWith("{") ? (Object) parts[1] : Double.valueOf(parts[1])));
        }

        assertThat(map(span, Prices.builtIn()).estimatedCostUsd()).isEqualTo(cost);
    }

    @Test
    void map_reportedCost_staysAlsoIfItIsZero() throws IOException {
        Span.Builder span = Fixtures.span(
                "gen_ai.operation.name", "chat",
                "gen_ai.provider.name", "openai",
                "gen_ai.request.model", "m",
                "gen_ai.usage.input_tokens", 100L,
                "gen_ai.usage.cost", 0.0);

        assertThat(map(span, Prices.read(file(CSV))).estimatedCostUsd()).isEqualTo(0.0);
    }

    @Test
    void map_agent_hasNoCostOfItsOwn() throws IOException {
        Span.Builder span = Fixtures.span(
                "gen_ai.operation.name", "invoke_agent",
                "gen_ai.provider.name", "openai",
                "gen_ai.request.model", "m",
                "gen_ai.usage.input_tokens", 100L);

        assertThat(map(span, Prices.read(file(CSV))).estimatedCostUsd()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "openai | gpt-4o-2024-08-06 | 12.5",
                "anthropic | claude-3-5-sonnet-20240620 | 18",
                "aws.bedrock | us.anthropic.claude-3-5-sonnet-20240620-v1:0 | 18",
                "gcp.gemini | gemini-2.5-flash | 2.8",
            })
    void builtIn_knowsCommonModels(String provider, String model, double perMillionInAndOut) {
        Span.Builder span = Fixtures.span(
                "gen_ai.operation.name",
                "chat",
                "gen_ai.provider.name",
                provider,
                "gen_ai.request.model",
                model,
                "gen_ai.usage.input_tokens",
                1000L,
                "gen_ai.usage.output_tokens",
                1000L);

        assertThat(map(span, Prices.builtIn()).estimatedCostUsd())
                .isCloseTo(perMillionInAndOut / 1000, Offset.offset(1e-9));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "# version: 1;OpenAI,m,,,x,8,,, | line 2: For input string: \"x\"",
                "# version: 1;OpenAI,m,,,2,-8,,, | line 2: not a price: '-8'",
                "# version: 1;OpenAI,m,,2 | line 2: expected 9 to 16 columns, got 4",
                "# version: 1;OpenAI,m,,,2,8,,,,turbo | line 2: tier not in [batch, flex, priority]: 'turbo'",
                "# version: 1;OpenAI,,,,2,8,,, | line 2: no model",
                "# version: 1;OpenAI,m,May,,2,8,,, | line 2: Text 'May' could not be parsed at index 0",
            })
    void read_wrongLine_namesIt(String csv, String message) throws IOException {
        Path file = file(csv.replace(';', '\n'));

        assertThatIllegalArgumentException().isThrownBy(() -> Prices.read(file)).withMessage(file + ", " + message);
    }

    @Test
    void read_withoutVersion_isRefused() throws IOException {
        Path file = file("OpenAI,m,,,2,8,,,\n");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Prices.read(file))
                .withMessage(file + ": no line '# version: …', which spans keep with their costs");
    }

    private Path file(String csv) throws IOException {
        return Files.writeString(folder.resolve("prices.csv"), csv);
    }

    private static TraceSpan map(Span.Builder span, Prices prices) {
        return SpanMapper.map(Fixtures.request(span), Fixtures.TENANT, prices)
                .spans()
                .get(0);
    }
}
