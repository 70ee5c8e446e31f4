package io.llmtrace.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceSummary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTableTest {

    private static final UUID ID = new UUID(0, 1);

    @Test
    void header_ofSpans_hasTheFieldsOfJson() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CsvTable.ofSpans().writeHeader(out);

        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("trace_id,span_id,parent_span_id,")
                .endsWith(",attributes\r\n")
                .isEqualTo(String.join(
                                ",",
                                SpanField.properties().stream()
                                        .map(SpanField::name)
                                        .toList())
                        + "\r\n");
    }

    @Test
    void columns_ofSummaries_areTheMembersOfTheirJson() {
        TraceSpan span = span().sessionId("s")
                .userId("u")
                .serviceName("v")
                .traceName("n")
                .modelName("m")
                .promptTokens(1L)
                .completionTokens(1L)
                .estimatedCostUsd(1.0)
                .securityScore(1)
                .prompt("p")
                .response("r")
                .endTime(Instant.EPOCH)
                .build();
        List<String> members = new ArrayList<>();
        JsonNode json = TraceJson.mapper().valueToTree(TraceSummary.of(TraceEvent.ofSpans(List.of(span))));
        json.fieldNames().forEachRemaining(members::add);

        assertThat(CsvTable.ofSummaries().columns())
                .isEqualTo(members)
                .contains("trace_id", "models", "output_preview");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "plain text|plain text",
                "a,b|\"a,b\"",
                "say \"hi\"|\"say \"\"hi\"\"\"",
                "`two\nlines`|`\"two\nlines\"`",
                "`two\r\nlines`|`\"two\r\nlines\"`",
                "``|\"\"",
                "für 漢字 😀|für 漢字 😀",
                " = with a blank|  = with a blank",
            })
    void row_quotesWhatNeedsIt(String text, String cell) throws IOException {
        assertThat(promptCell(text)).isEqualTo(text.startsWith(" =") ? text : cell);
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-2+3", "@SUM(A1)", "\tx", "＝1", "＋1", "－1", "＠A"})
    void row_guardsWhatWouldBeAFormula(String text) throws IOException {
        assertThat(promptCell(text)).isEqualTo("'" + text);
    }

    @Test
    void row_guardsALineBreakAndAQuotedFormula() throws IOException {
        assertThat(promptCell("\r=1")).isEqualTo("\"'\r=1\"");
        assertThat(promptCell("=HYPERLINK(\"http://x\",\"y\")"))
                .isEqualTo("\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
    }

    @Test
    void row_hasNumbersAsTheyAre_andStructuresAsJson() throws IOException {
        TraceSpan span = span().promptTokens(5L)
                .estimatedCostUsd(1e-7)
                .tags(Map.of("a", "=b"))
                .build();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CsvTable.ofSpans().writeRow(out, span);

        String row = out.toString(StandardCharsets.UTF_8);
        assertThat(row)
                .startsWith("00000000-0000-0000-0000-000000000001,0000000000000001,,")
                .contains(",5,", ",1.0E-7,", ",\"{\"\"a\"\":\"\"=b\"\"}\",")
                .endsWith("\r\n");
    }

    private static String promptCell(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CsvTable.ofSpans().writeRow(out, span().prompt(text).build());
        ByteArrayOutputStream without = new ByteArrayOutputStream();
        CsvTable.ofSpans().writeRow(without, span().build());
        String[] around = without.toString(StandardCharsets.UTF_8).split(",", -1);
        int at = CsvTable.ofSpans().columns().indexOf("prompt");
        String before = String.join(",", List.of(around).subList(0, at)) + ",";
        String after = "," + String.join(",", List.of(around).subList(at + 1, around.length));
        String row = out.toString(StandardCharsets.UTF_8);
        assertThat(row).startsWith(before).endsWith(after);
        return row.substring(before.length(), row.length() - after.length());
    }

    private static TraceSpan.Builder span() {
        return TraceSpan.builder(ID, ID, ID, "op", Instant.EPOCH);
    }
}
