package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.context.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests redaction that settings switch on. */
class RedactionTest {

    private static final String SPAN =
            "{\"trace_id\":\"00000000000000000000000000000bad\",\"span_id\":\"00000000000000b1\",\"operation_name\":\"chat\","
                    + "\"start_time\":\"2026-01-31T09:30:00Z\",\"prompt\":\"someone@example.org, 123-45-6789\"}";

    @TempDir
    Path folder;

    private CliRun cli;

    @BeforeEach
    void prepare() {
        cli = new CliRun(folder);
        cli.input = SPAN;
    }

    @Test
    void import_withoutSettings_keepsTheText() {
        assertThat(imported()).contains("someone@example.org, 123-45-6789");
    }

    @Test
    void import_masksWhatDetectorsAndRulesFind() throws IOException {
        Path rules = folder.resolve("rules.yaml");
        Files.writeString(rules, "- fields: [prompt]\n  pattern: '\\d{3}-\\d{2}-\\d{4}'\n  replace: '[ssn]'\n");
        cli.variables.put("LLMTRACE_REDACT", "email,api-key");
        cli.variables.put("LLMTRACE_REDACT_RULES", rules.toString());

        assertThat(imported()).contains("[redacted:email], [ssn]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fields: [prompt]                    | not a list of rules, each beginning with '- '",
                "- field: prompt                     | rule 1: unknown key 'field', known are",
                "- pattern: '('                      | rule 1: pattern: Unclosed group",
                "- replace: x                        | rule 1: a rule without fields needs a pattern",
                "'- a: ['                            | redact-rules: "
            })
    void wrongRules_areNamed(String yaml, String message) throws IOException {
        Path rules = folder.resolve("rules.yaml");
        Files.writeString(rules, yaml);
        cli.variables.put("LLMTRACE_REDACT_RULES", rules.toString());

        CliRun.Result result = cli.runLine("import -");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("redact-rules: ", message);
    }

    @Test
    void unknownDetector_isNamed() {
        cli.variables.put("LLMTRACE_REDACT", "email,faces");

        assertThat(cli.runLine("import -").err())
                .contains("redact: no detector 'faces', there are email, credit-card, api-key");
    }

    private String imported() {
        assertThat(cli.runLine("import -").code()).isZero();
        return cli.runLine("export").out();
    }
}
