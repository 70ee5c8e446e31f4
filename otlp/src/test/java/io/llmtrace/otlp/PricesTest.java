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
    @CsvSource(delimiter = '|', value = {
        "openai | gpt-4o-2024-08-06 | 12.5",
        "anthropic | claude-3-5-sonnet-20240620 | 18",
        "aws.bedrock | us.anthropic.claude-3-5-sonnet-20240620-v1:0 | 18",
        "gcp.gemini | gemini-2.5-flash | 2.8",
    })
    void builtIn_knowsCommonModels(String provider, String model, double perMillionInAndOut) {
        Span.Builder span = Fixtures.span(
                "gen_ai.operation.name", "chat",
                "gen_ai.provider.name", provider,
                "gen_ai.request.model", model,
                "gen_ai.usage.input_tokens", 1000L,
                "gen_ai.usage.output_tokens", 1000L);

        assertThat(map(span, Prices.builtIn()).estimatedCostUsd())
                .isCloseTo(perMillionInAndOut / 1000, Offset.offset(1e-9));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "# version: 1;OpenAI,m,,,x,8,,, | line 2: For input string: \"x\"",
        "# version: 1;OpenAI,m,,,2,-8,,, | line 2: no price: '-8'",
        "# version: 1;OpenAI,m,,2 | line 2: expected 9 columns, got 4",
        "# version: 1;OpenAI,,,,2,8,,, | line 2: no model",
        "# version: 1;OpenAI,m,May,,2,8,,, | line 2: Text 'May' could not be parsed at index 0",
    })
    void read_wrongLine_namesIt(String csv, String message) throws IOException {
        Path file = file(csv.replace(';', '\n'));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Prices.read(file))
                .withMessage(file + ", " + message);
    }

    @Test
    void read_withoutVersion_isRefused() throws IOException {
        Path file = file("OpenAI,m,,,2,8,,,\n");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Prices.read(file))
                .withMessage(file + ": no line '# version: …'; spans keep it with their costs");
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
