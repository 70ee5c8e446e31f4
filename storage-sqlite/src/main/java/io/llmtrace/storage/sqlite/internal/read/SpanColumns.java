package io.llmtrace.storage.sqlite.internal.read;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanLevel;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Preview;
import io.llmtrace.storage.sqlite.internal.engine.DictionaryReader;
import io.llmtrace.storage.sqlite.internal.engine.ResultRow;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a span, each with how it is stored and read. This is the one list of them: statements that write and read spans,
 * filters by fields, and the search for unused names are derived from it.
 */
public final class SpanColumns {

    /** Filled by the declarations that follow, in their order. */
    private static final List<SpanColumn<?>> DECLARED = new ArrayList<>();

    static final SpanColumn<Long> ID = rowId("id", SpanRow::id);
    static final SpanColumn<Long> TENANT = rowId("tenant", SpanRow::tenant);
    static final SpanColumn<Long> TRACE = rowId("trace", SpanRow::trace);
    static final SpanColumn<Long> BLOCK = rowId("block", SpanRow::block);
    static final SpanColumn<Long> BODY_SIZE = rowId("body_size", row -> (long) row.bodySize());

    /** A column of {@code traces}, which spans are joined with when they are read. */
    static final SpanColumn<UUID> TRACE_ID = declare(
            "t",
            "trace_id",
            SpanColumn.Type.ID,
            SpanField.TRACE_ID,
            row -> row.span().traceId(),
            (row, position, dictionary) -> row.idOrNull(position),
            null);

    static final SpanColumn<UUID> SPAN_ID = field("span_id", SpanColumn.Type.ID, SpanField.SPAN_ID);
    static final SpanColumn<UUID> PARENT_SPAN_ID =
            field("parent_span_id", SpanColumn.Type.ID, SpanField.PARENT_SPAN_ID);
    static final SpanColumn<String> TRACE_NAME = field("trace_name", SpanColumn.Type.NAME, SpanField.TRACE_NAME);
    static final SpanColumn<Instant> START_TIME = field("start_time", SpanColumn.Type.TIME, SpanField.START_TIME);
    static final SpanColumn<Instant> END_TIME = field("end_time", SpanColumn.Type.TIME, SpanField.END_TIME);
    static final SpanColumn<Long> DURATION_MS = field("duration_ms", SpanColumn.Type.INTEGER, SpanField.DURATION_MS);
    static final SpanColumn<String> OPERATION = field("operation", SpanColumn.Type.NAME, SpanField.OPERATION_NAME);
    static final SpanColumn<SpanKind> KIND = field("kind", SpanColumn.Type.TEXT, SpanField.KIND);
    static final SpanColumn<LlmProvider> PROVIDER = field("provider", SpanColumn.Type.NAME, SpanField.PROVIDER);
    static final SpanColumn<String> MODEL = field("model", SpanColumn.Type.NAME, SpanField.MODEL_NAME);
    static final SpanColumn<String> SERVICE = field("service", SpanColumn.Type.NAME, SpanField.SERVICE_NAME);
    static final SpanColumn<String> ENVIRONMENT = field("environment", SpanColumn.Type.NAME, SpanField.ENVIRONMENT);
    static final SpanColumn<String> RELEASE = field("release", SpanColumn.Type.NAME, SpanField.RELEASE);
    static final SpanColumn<String> FINISH_REASON =
            field("finish_reason", SpanColumn.Type.NAME, SpanField.FINISH_REASON);
    static final SpanColumn<String> PROMPT_NAME = field("prompt_name", SpanColumn.Type.NAME, SpanField.PROMPT_NAME);
    static final SpanColumn<String> PROMPT_VERSION =
            field("prompt_version", SpanColumn.Type.NAME, SpanField.PROMPT_VERSION);
    static final SpanColumn<Map<String, @Nullable Object>> REQUEST_SETTINGS =
            field("request_settings", SpanColumn.Type.JSON, SpanField.REQUEST_SETTINGS);
    static final SpanColumn<String> SESSION_ID = field("session_id", SpanColumn.Type.TEXT, SpanField.SESSION_ID);
    static final SpanColumn<String> USER_ID = field("user_id", SpanColumn.Type.TEXT, SpanField.USER_ID);
    static final SpanColumn<String> AGENT_NAME = field("agent_name", SpanColumn.Type.NAME, SpanField.AGENT_NAME);
    static final SpanColumn<Map<String, String>> TAG_SET = field("tag_set", SpanColumn.Type.TAG_SET, SpanField.TAGS);
    static final SpanColumn<Integer> STATUS_CODE = field("status_code", SpanColumn.Type.INTEGER, SpanField.STATUS_CODE);
    static final SpanColumn<SpanLevel> LEVEL = field("level", SpanColumn.Type.TEXT, SpanField.LEVEL);
    static final SpanColumn<String> LEVEL_MESSAGE =
            field("level_message", SpanColumn.Type.TEXT, SpanField.LEVEL_MESSAGE);
    static final SpanColumn<SpanStatus> ERROR = field("error", SpanColumn.Type.ERROR_FLAG, SpanField.STATUS);
    static final SpanColumn<Long> PROMPT_TOKENS =
            field("prompt_tokens", SpanColumn.Type.INTEGER, SpanField.PROMPT_TOKENS);
    static final SpanColumn<Long> COMPLETION_TOKENS =
            field("completion_tokens", SpanColumn.Type.INTEGER, SpanField.COMPLETION_TOKENS);
    static final SpanColumn<Long> TOTAL_TOKENS = field("total_tokens", SpanColumn.Type.INTEGER, SpanField.TOTAL_TOKENS);
    static final SpanColumn<Long> CACHE_READ_TOKENS =
            field("cache_read_tokens", SpanColumn.Type.INTEGER, SpanField.CACHE_READ_TOKENS);
    static final SpanColumn<Long> CACHE_WRITE_TOKENS =
            field("cache_write_tokens", SpanColumn.Type.INTEGER, SpanField.CACHE_WRITE_TOKENS);
    static final SpanColumn<Long> REASONING_TOKENS =
            field("reasoning_tokens", SpanColumn.Type.INTEGER, SpanField.REASONING_TOKENS);
    static final SpanColumn<Long> TIME_TO_FIRST_TOKEN_MS =
            field("time_to_first_token_ms", SpanColumn.Type.INTEGER, SpanField.TIME_TO_FIRST_TOKEN_MS);
    static final SpanColumn<Double> ESTIMATED_COST_USD =
            field("estimated_cost_usd", SpanColumn.Type.REAL, SpanField.ESTIMATED_COST_USD);
    static final SpanColumn<Integer> SECURITY_SCORE =
            field("security_score", SpanColumn.Type.INTEGER, SpanField.SECURITY_SCORE);

    /** Null instead of 0, so that a partial index holds only the spans with findings. */
    static final SpanColumn<Long> FINDING_COUNT = count("finding_count", TraceSpan::securityFindings);

    /** Null instead of 0, so that a partial index holds only the spans with actions. */
    static final SpanColumn<Long> ACTION_COUNT = count("action_count", TraceSpan::agentActions);

    /** The start of the error message, for lists; the whole message is in the body. */
    static final SpanColumn<String> ERROR_PREVIEW = declare(
            "s",
            "error_preview",
            SpanColumn.Type.TEXT,
            null,
            row -> Preview.ofResponse(row.span().errorMessage()),
            (row, position, dictionary) -> row.textOrNull(position),
            null);

    /** All columns, with {@link #TRACE_ID}. */
    static final List<SpanColumn<?>> ALL = List.copyOf(DECLARED);

    /** The columns of {@code spans} but for {@code id}, in the order in which they are written. */
    public static final List<SpanColumn<?>> WRITTEN =
            ALL.stream().filter(column -> column != ID && column != TRACE_ID).toList();

    /** The columns of {@code spans} that hold ids of names. */
    public static final List<SpanColumn<?>> NAMES =
            ALL.stream().filter(column -> column.type() == SpanColumn.Type.NAME).toList();

    private static final Map<SpanField<?>, SpanColumn<?>> BY_FIELD = ALL.stream()
            .filter(column -> column.field() != null)
            .collect(Collectors.toUnmodifiableMap(
                    column -> Objects.requireNonNull(column.field()), Function.identity()));

    private SpanColumns() {}

    /**
     * Returns the column that holds a field of spans.
     *
     * @throws IllegalArgumentException if the field has no column, as those of the body
     */
    public static SpanColumn<?> of(SpanField<?> field) {
        SpanColumn<?> column = BY_FIELD.get(field);
        if (column == null) {
            throw new IllegalArgumentException("no column holds the field: " + field);
        }
        return column;
    }

    /**
     * Returns the column that is null if a span has no value of a field.
     *
     * @throws IllegalArgumentException if no column tells, as for fields that only the body has
     */
    public static SpanColumn<?> presenceOf(SpanField<?> field) {
        if (field.equals(SpanField.SECURITY_FINDINGS)) {
            return FINDING_COUNT;
        }
        if (field.equals(SpanField.AGENT_ACTIONS)) {
            return ACTION_COUNT;
        }
        return field.equals(SpanField.ERROR_MESSAGE) ? ERROR_PREVIEW : of(field);
    }

    private static <T> SpanColumn<T> declare(
            String table,
            String name,
            SpanColumn.Type type,
            @Nullable SpanField<?> field,
            SpanColumn.Getter getter,
            SpanColumn.Reader<T> reader,
            SpanColumn.@Nullable Setter<T> setter) {
        SpanColumn<T> column = new SpanColumn<>(DECLARED.size(), table, name, type, field, getter, reader, setter);
        DECLARED.add(column);
        return column;
    }

    /** Declares a column that places the row among others, and is no field of the span. */
    private static SpanColumn<Long> rowId(String name, Function<SpanRow, Long> getter) {
        return declare(
                "s",
                name,
                SpanColumn.Type.INTEGER,
                null,
                getter::apply,
                (row, position, dictionary) -> row.numberOrNull(position),
                null);
    }

    /** Declares a column that counts details; null for none. */
    private static SpanColumn<Long> count(String name, Function<TraceSpan, List<?>> details) {
        return declare(
                "s",
                name,
                SpanColumn.Type.INTEGER,
                null,
                row -> {
                    int count = details.apply(row.span()).size();
                    return count == 0 ? null : count;
                },
                (row, position, dictionary) -> row.numberOrNull(position),
                null);
    }

    /** Declares a column that holds a field. How its values are stored follows from the types of the column and the field. */
    private static <T> SpanColumn<T> field(String name, SpanColumn.Type type, SpanField<T> field) {
        return declare(
                "s",
                name,
                type,
                field,
                row -> {
                    T value = field.valueOf(row.span());
                    return value == null ? null : stored(type, field, value);
                },
                (row, position, dictionary) -> read(type, field, row, position, dictionary),
                field.isProperty() && !field.isRequired() ? field::set : null);
    }

    private static <T> @Nullable Object stored(SpanColumn.Type type, SpanField<T> field, T value) {
        return switch (type) {
            case TIME -> Times.toNanos((Instant) value);
            case TEXT, NAME -> field.type().format(value);
            case JSON -> TraceJson.write(value);
            case ERROR_FLAG -> value == SpanStatus.ERROR ? 1L : null;
            case INTEGER, REAL, ID, TAG_SET -> value;
        };
    }

    @SuppressWarnings("unchecked") // the type of the column is chosen for that of the field
    private static <T> @Nullable T read(
            SpanColumn.Type type, SpanField<T> field, ResultRow row, int position, DictionaryReader dictionary)
            throws SQLException {
        return switch (type) {
            case TIME -> (T) timeOrNull(row.numberOrNull(position));
            case TEXT -> parseOrNull(field, row.textOrNull(position));
            case JSON -> (T) jsonOrNull(row.textOrNull(position));
            case NAME -> parseOrNull(field, dictionary.nameOrNull(row.numberOrNull(position)));
            case ERROR_FLAG -> (T) (row.number(position) == 1 ? SpanStatus.ERROR : SpanStatus.OK);
            case INTEGER -> (T) integerOrNull(field, row.numberOrNull(position));
            case REAL -> (T) row.realOrNull(position);
            case ID -> (T) row.idOrNull(position);
            case TAG_SET -> (T) dictionary.tags(row.numberOrNull(position));
        };
    }

    private static @Nullable Instant timeOrNull(@Nullable Long nanos) {
        return nanos == null ? null : Times.ofNanos(nanos);
    }

    private static <T> @Nullable T parseOrNull(SpanField<T> field, @Nullable String text) {
        return text == null ? null : field.type().parse(text);
    }

    private static @Nullable Object jsonOrNull(@Nullable String json) {
        return json == null ? null : TraceJson.readValue(json);
    }

    private static @Nullable Number integerOrNull(SpanField<?> field, @Nullable Long value) {
        if (value == null || field.type().javaType() == Long.class) {
            return value;
        }
        return Math.toIntExact(value);
    }
}
