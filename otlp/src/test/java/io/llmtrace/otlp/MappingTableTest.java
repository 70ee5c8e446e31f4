package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.llmtrace.model.TraceSpan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table as data: what is wrong in it is named, and a new convention is a line. */
class MappingTableTest {

    private static final String OWN =
            new String(Fixtures.resource("mapping.yaml"), StandardCharsets.UTF_8).replace("\r", "");

    @Test
    void own_isValid() {
        assertThat(MappingTable.get().version()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "- gen_ai.system | - gen_ai.system as nothing | provider: 'near gen_ai.system as nothing': no such reader: nothing",
                "- llm.provider | - llm.provider as ms | provider: 'llm.provider as ms': reader gives a Double, no String",
                "- llm.provider | - llm.provider.N | provider: 'llm.provider.N': needs a reader: it is no single value",
                "- llm.provider | - llm{provider | provider: 'llm{provider': no place: 'llm{provider'",
                "- llm.provider | - near gen_ai.system | provider: twice: gen_ai.system",
                "provider: | supplier: | fields: no sources of provider",
                "service_name: | service_title: | fields: no sources of service_name",
            })
    void of_wrongLine_namesIt(String line, String wrong, String message) {
        String replaced = line.equals("- gen_ai.system") ? "- near gen_ai.system" : line;
        String with = line.equals("- gen_ai.system") ? "- near gen_ai.system as nothing" : wrong;
        MappingFile file = read(OWN.replaceFirst(Pattern.quote("    " + replaced + "\n"), "    " + with + "\n")
                .replaceFirst("(?m)^  " + Pattern.quote(line) + "$", "  " + wrong));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> MappingTable.of(file))
                .withMessage(message);
    }

    @Test
    void read_unknownKey_isRefused() {
        assertThatExceptionOfType(UnrecognizedPropertyException.class)
                .isThrownBy(() -> MappingFile.read((OWN + "\nversions: 3\n").getBytes(StandardCharsets.UTF_8)))
                .withMessageContaining("versions");
    }

    @Test
    void of_newSource_isFoundByItsKey() {
        MappingTable table =
                MappingTable.of(read(OWN.replace("    - gen_ai.agent.instructions\n", "    - acme.prompt.system\n")));
        BitSet found = new BitSet();
        table.addAttribute("acme.prompt.system", found);

        MappingTable.Sources<String> sources = table.field(Target.SYSTEM_INSTRUCTIONS);
        assertThat(found.cardinality()).isEqualTo(1);
        assertThat(sources.get(found.nextSetBit(0)).label()).isEqualTo("acme.prompt.system");
    }

    @Test
    void map_keepsWhatDecided() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span(
                "gen_ai.operation.name", "chat",
                "gen_ai.system", "openai",
                "gen_ai.request.model", "gpt-4o",
                "gen_ai.usage.input_tokens", 100L,
                "gen_ai.usage.output_tokens", 10L,
                "gen_ai.usage.cache_read.input_tokens", 40L,
                "gen_ai.prompt.0.content", "Hi"));

        assertThat(span.attributes().get("llmtrace.mapping"))
                .isEqualTo("2 kind=gen_ai.operation.name request_model=gen_ai.request.model provider=gen_ai.system"
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
