package io.llmtrace.otlp.internal.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.llmtrace.model.SearchedAttributes;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.Fixtures;
import io.llmtrace.otlp.Prices;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that a mistake in the mapping file is reported by name, and that a new convention takes only a line in the file. */
class MappingTableTest {

    private static final String BUILT_IN =
            new String(Fixtures.resource("mapping.yaml"), StandardCharsets.UTF_8).replace("\r", "");

    @Test
    void builtIn_isValid() {
        assertThat(MappingTable.get().version()).isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "- gen_ai.system | - gen_ai.system as nothing | provider: 'near gen_ai.system as nothing': no such reader: nothing",
                "- llm.provider | - llm.provider as ms | provider: 'llm.provider as ms': the reader returns a Double, not a String",
                "- llm.provider | - llm.provider.N | provider: 'llm.provider.N': needs a reader: it is not a single value",
                "- llm.provider | - llm{provider | provider: 'llm{provider': not an attribute path: 'llm{provider'",
                "- llm.provider | - near gen_ai.system | provider: twice: gen_ai.system",
                "provider: | supplier: | fields: no sources of provider",
                "service_name: | service_title: | fields: no sources of service_name",
            })
    void of_wrongLine_namesIt(String line, String wrong, String message) {
        String replaced = line.equals("- gen_ai.system") ? "- near gen_ai.system" : line;
        String with = line.equals("- gen_ai.system") ? "- near gen_ai.system as nothing" : wrong;
        MappingFile file = read(BUILT_IN.replaceFirst(Pattern.quote("    " + replaced + "\n"), "    " + with + "\n")
                .replaceFirst("(?m)^  " + Pattern.quote(line) + "$", "  " + wrong));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> MappingTable.of(file))
                .withMessage(message);
    }

    /** Text search is defined in core, which does not know the table. */
    @Test
    void instructions_areInSearchedAttributes() {
        List<String> sources = MappingFile.read().fields().get(MappedField.SYSTEM_INSTRUCTIONS.name());

        assertThat(SearchedAttributes.KEYS)
                .containsExactlyInAnyOrderElementsOf(sources.stream()
                        .map(source -> source.replaceFirst("(?:#?/| as ).*", ""))
                        .distinct()
                        .toList());
    }

    @Test
    void read_unknownKey_isRefused() {
        assertThatExceptionOfType(UnrecognizedPropertyException.class)
                .isThrownBy(() -> MappingFile.read((BUILT_IN + "\nversions: 3\n").getBytes(StandardCharsets.UTF_8)))
                .withMessageContaining("versions");
    }

    @Test
    void of_newSource_isFoundByItsKey() {
        MappingTable table = MappingTable.of(
                read(BUILT_IN.replace("    - gen_ai.agent.instructions\n", "    - acme.prompt.system\n")));
        BitSet found = new BitSet();
        table.index().findByKey("acme.prompt.system", found);

        MappingTable.FieldSources<String> sources = table.field(MappedField.SYSTEM_INSTRUCTIONS);
        assertThat(found.cardinality()).isEqualTo(1);
        assertThat(sources.get(found.nextSetBit(0)).label()).isEqualTo("acme.prompt.system");
    }

    @Test
    void map_keepsWhichSourceFilledWhichField() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span(
                "gen_ai.operation.name", "chat",
                "gen_ai.system", "openai",
                "gen_ai.request.model", "gpt-4o",
                "gen_ai.usage.input_tokens", 100L,
                "gen_ai.usage.output_tokens", 10L,
                "gen_ai.usage.cache_read.input_tokens", 40L,
                "gen_ai.prompt.0.content", "Hi"));

        assertThat(span.attributes().get("llmtrace.mapping"))
                .isEqualTo(MappingTable.get().version()
                        + " kind=gen_ai.operation.name request_model=gen_ai.request.model provider=gen_ai.system"
                        + " prompt_tokens=gen_ai.usage.input_tokens completion_tokens=gen_ai.usage.output_tokens"
                        + " cache_read_tokens=gen_ai.usage.cache_read.input_tokens usage=cache_included"
                        + " cost=prices:" + Prices.builtIn().version() + " prompt=gen_ai.prompt.N");
    }

    private static MappingFile read(String yaml) {
        try {
            return MappingFile.read(yaml.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
