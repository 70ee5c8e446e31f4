package io.llmtrace.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceSummary;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A table of spans or of summaries of traces as CSV (RFC 4180), in UTF-8 without a byte order mark. The first line has the names of the
 * columns, which are those of the members in JSON, and each further one an item. A value is written as in JSON, without quotes if it is
 * text; lists and objects are JSON. A cell is empty if the item has no value, and {@code ""} if it has an empty one.
 *
 * <p>Programs for spreadsheets take a text that begins with one of {@code = + - @}, a tab or a line break for a formula, and what a user
 * of an application writes must not run there. Such a text gets an apostrophe in front, which these programs read as: this is text.
 */
public final class CsvTable {

    private static final ObjectMapper MAPPER = TraceJson.mapper();

    /** The characters with which a formula begins, with the full-width forms that some programs accept. */
    private static final String FORMULA = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

    private final List<String> columns;

    private CsvTable(List<String> columns) {
        this.columns = columns;
    }

    /** Returns the table of spans: a column for each property of {@link TraceSpan}. */
    public static CsvTable ofSpans() {
        return new CsvTable(SpanField.properties().stream().map(SpanField::name).toList());
    }

    /** Returns the table of summaries of traces. */
    public static CsvTable ofSummaries() {
        Class<?> implementation = TraceSummary.class.getPermittedSubclasses()[0];
        return new CsvTable(
                MAPPER
                        .getSerializationConfig()
                        .introspect(MAPPER.constructType(implementation))
                        .findProperties()
                        .stream()
                        .map(BeanPropertyDefinition::getName)
                        .toList());
    }

    /** Returns the names of the columns. */
    public List<String> columns() {
        return columns;
    }

    /** Writes the names of the columns. */
    public void writeHeader(OutputStream out) throws IOException {
        write(out, String.join(",", columns));
    }

    /**
     * Writes an item.
     *
     * @param item a span or a summary, as the table has
     */
    public void writeRow(OutputStream out, Object item) throws IOException {
        JsonNode json = MAPPER.valueToTree(item);
        write(out, columns.stream().map(column -> cell(json.get(column))).collect(Collectors.joining(",")));
    }

    private static void write(OutputStream out, String line) throws IOException {
        out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String cell(JsonNode value) {
        if (value == null || value.isNull()) {
            return "";
        }
        if (!value.isTextual()) {
            return value.isContainerNode() ? quoted(value.toString()) : value.asText();
        }
        String text = value.textValue();
        boolean isFormula = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0;
        return quoted(isFormula ? "'" + text : text);
    }

    private static String quoted(String text) {
        boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> c == '"' || c == ',' || c == '\r' || c == '\n');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
