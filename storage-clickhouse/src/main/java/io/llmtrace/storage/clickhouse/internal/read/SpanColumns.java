package io.llmtrace.storage.clickhouse.internal.read;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.FieldType;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.Preview;
import io.llmtrace.storage.clickhouse.internal.engine.RowInput;
import io.llmtrace.storage.clickhouse.internal.engine.RowOutput;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The columns of {@code spans} after those of its key, each with its writer and reader. This is the only list of them: inserts and
 * select lists are derived from it.
 */
public final class SpanColumns {

    private static final ObjectMapper JSON = TraceJson.mapper();
    private static final TypeReference<List<SecurityFinding>> FINDINGS = new TypeReference<>() {};
    private static final TypeReference<List<SpanEvent>> EVENTS = new TypeReference<>() {};
    private static final TypeReference<List<AgentAction>> ACTIONS = new TypeReference<>() {};
    private static final TypeReference<Map<String, @Nullable Object>> ATTRIBUTES = new TypeReference<>() {};

    interface Writer {
        void write(RowOutput row, TraceSpan span);
    }

    interface Reader {
        void read(RowInput row, TraceSpan.Builder span) throws IOException;
    }

    /**
     * @param names the name of the column, or of several columns that are written together
     * @param field the field of the span that the column holds; null for a part of one
     * @param reader null for a column that only filters, lists and aggregates use
     */
    private record Column(
            List<String> names,
            @Nullable SpanField<?> field,
            Writer writer,
            @Nullable Reader reader) {

        Column(String name, @Nullable SpanField<?> field, Writer writer, @Nullable Reader reader) {
            this(List.of(name), field, writer, reader);
        }

        String name() {
            return names.get(0);
        }

        void read(RowInput row, TraceSpan.Builder span) throws IOException {
            if (reader != null) {
                reader.read(row, span);
            }
        }
    }

    /** The columns that lists, filters and aggregates use. */
    private static final List<Column> NARROW = List.of(
            nullable(SpanField.PARENT_SPAN_ID),
            nullable(SpanField.TRACE_NAME),
            notNull(SpanField.OPERATION_NAME),
            notNull(SpanField.KIND),
            nullable(SpanField.END_TIME),
            nullable(SpanField.DURATION_MS),
            nullable(SpanField.PROVIDER),
            nullable(SpanField.MODEL_NAME),
            nullable(SpanField.SERVICE_NAME),
            nullable(SpanField.ENVIRONMENT),
            nullable(SpanField.RELEASE),
            nullable(SpanField.SESSION_ID),
            nullable(SpanField.USER_ID),
            nullable(SpanField.AGENT_NAME),
            nullable(SpanField.PROMPT_TOKENS),
            nullable(SpanField.COMPLETION_TOKENS),
            nullable(SpanField.TOTAL_TOKENS),
            nullable(SpanField.CACHE_READ_TOKENS),
            nullable(SpanField.CACHE_WRITE_TOKENS),
            nullable(SpanField.REASONING_TOKENS),
            nullable(SpanField.TIME_TO_FIRST_TOKEN_MS),
            nullable(SpanField.STATUS_CODE),
            nullable(SpanField.LEVEL),
            nullable(SpanField.FINISH_REASON),
            nullable(SpanField.PROMPT_NAME),
            nullable(SpanField.PROMPT_VERSION),
            nullable(SpanField.ESTIMATED_COST_USD),
            nullable(SpanField.SECURITY_SCORE),
            filtered("is_error", (row, span) -> row.writeBool(span.status() == SpanStatus.ERROR)),
            filtered("finding_types", SpanColumns::writeFindingTypes),
            filtered(
                    "finding_severities",
                    (row, span) -> writeEach(
                            row,
                            span.securityFindings(),
                            (out, finding) -> out.writeText(finding.severity().text()))),
            filtered(
                    "action_types",
                    (row, span) -> writeEach(
                            row,
                            span.agentActions(),
                            (out, action) -> out.writeText(action.actionType().text()))),
            filtered(
                    "action_names",
                    (row, span) -> writeEach(row, span.agentActions(), (out, action) -> out.writeText(action.name()))),
            filtered(
                    "action_requests",
                    (row, span) -> writeEach(
                            row, span.agentActions(), (out, action) -> out.writeBool(action.onlyRequested()))),
            filtered(
                    "action_failures",
                    (row, span) ->
                            writeEach(row, span.agentActions(), (out, action) -> out.writeBool(!action.success()))),
            filtered(
                    "action_durations",
                    (row, span) -> writeEach(
                            row,
                            span.agentActions(),
                            (out, action) -> out.writeNullable(action.durationMs(), RowOutput::writeLong))),
            new Column("tags", SpanField.TAGS, SpanColumns::writeTags, (row, span) -> span.tags(readTags(row))),
            filtered(
                    "input_preview",
                    (row, span) -> row.writeNullable(Preview.ofPrompt(span.prompt()), RowOutput::writeText)),
            filtered(
                    "output_preview",
                    (row, span) -> row.writeNullable(Preview.ofResponse(span.response()), RowOutput::writeText)));

    /** The columns that only reads of whole spans and text search use. */
    private static final List<Column> BODY = List.of(
            nullable(SpanField.PROMPT),
            nullable(SpanField.RESPONSE),
            nullable(SpanField.ERROR_MESSAGE),
            nullable(SpanField.LEVEL_MESSAGE),
            json(SpanField.REQUEST_SETTINGS, ATTRIBUTES),
            json(SpanField.SECURITY_FINDINGS, FINDINGS),
            json(SpanField.EVENTS, EVENTS),
            json(SpanField.AGENT_ACTIONS, ACTIONS),
            json(SpanField.ATTRIBUTES, ATTRIBUTES),
            new Column(
                    IndexedTokens.COLUMNS,
                    null,
                    (row, span) -> IndexedTokens.of(span).write(row),
                    null));

    private static final List<Column> ALL =
            Stream.concat(NARROW.stream(), BODY.stream()).toList();

    /** The names of all columns, in the order in which {@link #write} writes them. */
    public static final List<String> WRITTEN =
            ALL.stream().flatMap(column -> column.names.stream()).toList();

    private static final List<Column> READ_NARROW = readable(NARROW);
    private static final List<Column> READ_BODY = readable(BODY);

    private static final List<Column> READ_SUMMARIZED = READ_NARROW.stream()
            .filter(column -> column.field != null && column.field.isSummarized())
            .toList();

    private static final List<Column> READ_SEARCHED = Stream.concat(READ_NARROW.stream(), READ_BODY.stream())
            .filter(column -> column.field != null && column.field.isSearched())
            .toList();

    /** The columns that {@link #readSearchedInto} reads, as a select list. */
    public static final String SELECT_SEARCHED = selectList(READ_SEARCHED);

    /** The columns that {@link #readSummarizedInto} reads, as a select list. */
    static final String SELECT_SUMMARIZED = selectList(READ_SUMMARIZED);

    /** The columns that {@link #readNarrowInto} reads, as a select list. */
    static final String SELECT_NARROW = selectList(READ_NARROW);

    /** The columns that {@link #readInto} reads, as a select list. */
    static final String SELECT = SELECT_NARROW + ", " + selectList(READ_BODY);

    private SpanColumns() {}

    public static void write(RowOutput row, TraceSpan span) {
        for (Column column : ALL) {
            column.writer.write(row, span);
        }
    }

    /** Reads the attributes of a span in their column, {@code attributes}; none if they cannot be read. */
    public static TraceSpan readAttributes(RowInput row) throws IOException {
        UUID none = new UUID(0, 0);
        TraceSpan.Builder span = TraceSpan.builder(none, none, none, "", Instant.EPOCH);
        String json = row.readText();
        try {
            span.attributes(json.isEmpty() ? Map.of() : parseJson(json, ATTRIBUTES));
        } catch (CorruptStoreException | IllegalArgumentException e) {
            span.attributes(Map.of()); // as they are indexed
        }
        return span.build();
    }

    static void readInto(RowInput row, TraceSpan.Builder span) throws IOException {
        read(READ_NARROW, row, span);
        read(READ_BODY, row, span);
    }

    /** Reads a span without its bodies. */
    static void readNarrowInto(RowInput row, TraceSpan.Builder span) throws IOException {
        read(READ_NARROW, row, span);
    }

    /** Reads what the summary of a trace needs of a span. */
    static void readSummarizedInto(RowInput row, TraceSpan.Builder span) throws IOException {
        read(READ_SUMMARIZED, row, span);
    }

    /** Reads a span of which only what the text search reads is set, from a row of which {@link #SELECT_SEARCHED} was selected. */
    public static TraceSpan readSearched(RowInput row) throws IOException {
        UUID none = new UUID(0, 0);
        TraceSpan.Builder span = TraceSpan.builder(none, none, none, "", Instant.EPOCH);
        readSearchedInto(row, span, unreadable -> {
            throw unreadable;
        });
        return span.build();
    }

    /** Reads what the text search reads of a span, except for values that cannot be read, each of which is reported. */
    static void readSearchedInto(RowInput row, TraceSpan.Builder span, Consumer<RuntimeException> unreadable)
            throws IOException {
        for (Column column : READ_SEARCHED) {
            try {
                column.read(row, span);
            } catch (CorruptStoreException | IllegalArgumentException e) {
                unreadable.accept(e); // all bytes of the value were read, so the next one is at hand
            }
        }
    }

    /**
     * Returns the name of the column that holds a field of the span.
     *
     * @throws IllegalArgumentException if no column that filters use holds it
     */
    public static String nameOf(SpanField<?> field) {
        return NARROW.stream()
                .filter(column -> field.equals(column.field))
                .map(Column::name)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no column holds the field: " + field));
    }

    /** Returns a condition that holds for spans with a value of a field. */
    public static String presenceOf(SpanField<?> field) {
        if (field.equals(SpanField.SECURITY_FINDINGS)) {
            return "notEmpty(finding_types)";
        }
        if (field.equals(SpanField.AGENT_ACTIONS)) {
            return "notEmpty(action_names)";
        }
        // A column of a list or an object is empty for none; any other is null.
        return field.type().isStructure() ? "notEmpty(" + field.name() + ")" : field.name() + " IS NOT NULL";
    }

    private static List<Column> readable(List<Column> columns) {
        return columns.stream().filter(column -> column.reader != null).toList();
    }

    private static String selectList(List<Column> columns) {
        return columns.stream().map(Column::name).collect(Collectors.joining(", "));
    }

    private static void read(List<Column> columns, RowInput row, TraceSpan.Builder span) throws IOException {
        for (Column column : columns) {
            column.read(row, span);
        }
    }

    private static Column filtered(String name, Writer writer) {
        return new Column(name, null, writer, null);
    }

    /** A column of text that is never null, named like its field. */
    private static <T> Column notNull(SpanField<T> field) {
        return new Column(
                field.name(),
                field,
                (row, span) -> row.writeText(Objects.requireNonNull(field.textOf(span))),
                (row, span) -> field.set(span, field.type().parse(row.readText())));
    }

    /** A column that may be null, named like its field; how values are written follows from the type of the field. */
    private static <T> Column nullable(SpanField<T> field) {
        BiConsumer<RowOutput, T> writer = writerOf(field.type());
        ValueReader<T> reader = readerOf(field.type());
        return new Column(
                field.name(),
                field,
                (row, span) -> row.writeNullable(field.valueOf(span), writer),
                (row, span) -> field.set(span, row.readPresence() ? reader.read(row) : null));
    }

    private interface ValueReader<T> {
        T read(RowInput row) throws IOException;
    }

    private static <T> BiConsumer<RowOutput, T> writerOf(FieldType<T> type) {
        if (type == FieldType.SPAN_ID) {
            return (row, value) -> row.writeUuid((UUID) value);
        }
        if (type == FieldType.TIME) {
            return (row, value) -> row.writeLong(Times.toNanos((Instant) value));
        }
        if (type == FieldType.STATUS_CODE) {
            return (row, value) -> row.writeShort((Integer) value);
        }
        if (type == FieldType.SCORE) {
            return (row, value) -> row.writeByte((Integer) value);
        }
        return switch (type.json()) {
            case STRING -> (row, value) -> row.writeText(type.format(value));
            case INTEGER -> (row, value) -> row.writeLong((Long) value);
            case NUMBER -> (row, value) -> row.writeDouble((Double) value);
            case BOOLEAN, ARRAY, OBJECT -> throw new IllegalArgumentException("no column of its own: " + type);
        };
    }

    @SuppressWarnings("unchecked") // each type is read as its writer wrote it
    private static <T> ValueReader<T> readerOf(FieldType<T> type) {
        if (type == FieldType.SPAN_ID) {
            return row -> (T) row.readUuid();
        }
        if (type == FieldType.TIME) {
            return row -> (T) row.readTime();
        }
        if (type == FieldType.STATUS_CODE) {
            return row -> (T) Integer.valueOf(row.readShort());
        }
        if (type == FieldType.SCORE) {
            return row -> (T) Integer.valueOf(row.readByte());
        }
        return switch (type.json()) {
            case STRING -> row -> type.parse(row.readText());
            case INTEGER -> row -> (T) Long.valueOf(row.readLong());
            case NUMBER -> row -> (T) Double.valueOf(row.readDouble());
            case BOOLEAN, ARRAY, OBJECT -> throw new IllegalArgumentException("no column of its own: " + type);
        };
    }

    /** A column of JSON, named like its field; empty text for no value, and for an empty list or object. */
    private static <T> Column json(SpanField<T> field, TypeReference<T> type) {
        return new Column(field.name(), field, (row, span) -> writeJson(row, field.valueOf(span)), (row, span) -> {
            String json = row.readText();
            if (!json.isEmpty()) {
                field.set(span, parseJson(json, type));
            }
        });
    }

    private static void writeFindingTypes(RowOutput row, TraceSpan span) {
        writeEach(row, span.securityFindings(), (out, finding) -> out.writeText(finding.findingType()));
    }

    private static <T> void writeEach(RowOutput row, List<T> items, BiConsumer<RowOutput, T> writer) {
        row.writeCount(items.size());
        items.forEach(item -> writer.accept(row, item));
    }

    private static void writeTags(RowOutput row, TraceSpan span) {
        row.writeCount(span.tags().size());
        span.tags().forEach((key, value) -> {
            row.writeText(key);
            row.writeText(value);
        });
    }

    private static Map<String, String> readTags(RowInput row) throws IOException {
        int count = row.readCount();
        Map<String, String> tags = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String key = row.readText();
            tags.put(key, row.readText());
        }
        return tags;
    }

    private static void writeJson(RowOutput row, @Nullable Object value) {
        row.writeBytes(value == null || isEmpty(value) ? new byte[0] : TraceJson.writeBytes(value));
    }

    private static boolean isEmpty(Object value) {
        return value instanceof Collection<?> list ? list.isEmpty() : ((Map<?, ?>) value).isEmpty();
    }

    private static <T> T parseJson(String json, TypeReference<T> type) {
        try {
            return JSON.readValue(json, type);
        } catch (IOException e) {
            throw new CorruptStoreException("a span's body cannot be read: " + e.getMessage(), e);
        }
    }
}
