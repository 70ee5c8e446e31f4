package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.spi.MemoryEstimate;
import io.llmtrace.storage.sqlite.internal.engine.ResultRow;
import io.llmtrace.storage.sqlite.internal.engine.SelectList;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.read.SpanColumn;
import io.llmtrace.storage.sqlite.internal.read.SpanColumns;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Groups spans by the value of a field, with an object for each value. Most columns store ids of values, so the object of a row is
 * found by the stored id first, and by the value only when an id occurs for the first time.
 *
 * @param <T> the object for each value
 */
final class FieldValues<T> {

    /** The most values of one field in one answer: a bound on memory. */
    private static final int MAX_VALUES = 200_000;
    /** The memory of a value's object and of its entries in the maps. */
    private static final int VALUE_BYTES = 400;

    private final SqliteConnection connection;
    private final SpanField<?> field;
    private final SpanColumn<?> column;
    private final int position;
    private final Factory<T> factory;
    private final Map<Optional<String>, T> byValue = new HashMap<>();
    private final Map<@Nullable Object, T> byStored = new HashMap<>();

    interface Factory<T> {
        T create(Optional<String> value);
    }

    /**
     * Creates groups, and adds the field's column to a select list over {@code s}. {@link #at} takes the rows of that selection.
     *
     * @param field one that a span has at most one value of
     * @param factory makes the object for a value, or for spans without one
     */
    FieldValues(SqliteConnection connection, SpanField<?> field, SelectList list, Factory<T> factory) {
        this.connection = connection;
        this.field = field;
        this.column = columnOf(field);
        this.position = list.add(column.expression());
        this.factory = factory;
    }

    private static SpanColumn<?> columnOf(SpanField<?> field) {
        return SpanColumns.of(field.tagKey() == null ? field : SpanField.TAGS);
    }

    /** Returns the object for the value of a span. */
    T at(ResultRow row) throws SQLException {
        Object stored = column.type() == SpanColumn.Type.TEXT ? row.textOrNull(position) : row.numberOrNull(position);
        T known = byStored.get(stored);
        if (known != null) {
            return known;
        }
        Optional<String> value = valueOf(stored);
        T group = byValue.get(value);
        if (group == null) {
            count(connection, value.orElse(null));
            group = factory.create(value);
            byValue.put(value, group);
        }
        byStored.put(stored, group);
        requireFew(byStored.size(), field);
        return group;
    }

    /** Returns the values that occurred with their objects; the empty value is that of the spans without one. */
    List<Map.Entry<Optional<String>, T>> all() {
        return List.copyOf(byValue.entrySet());
    }

    private Optional<String> valueOf(@Nullable Object stored) throws SQLException {
        return switch (column.type()) {
            case TEXT -> Optional.ofNullable((String) stored);
            case NAME -> Optional.ofNullable(connection.dictionary().nameOrNull((Long) stored));
            case TAG_SET ->
                Optional.ofNullable(connection.dictionary().tags((Long) stored).get(field.tagKey()));
            case ERROR_FLAG -> Optional.of((stored == null ? SpanStatus.OK : SpanStatus.ERROR).text());
            case INTEGER, TIME, REAL, JSON, ID -> throw new IllegalStateException("not grouped by: " + field);
        };
    }

    /** Takes the memory of a value that occurs for the first time. */
    static void count(SqliteConnection connection, @Nullable String value) {
        connection.memory().reserve(VALUE_BYTES + MemoryEstimate.of(value));
    }

    /**
     * Checks the number of values that an answer holds in memory.
     *
     * @throws OverloadedException if they are too many
     */
    static void requireFew(int count, Object of) {
        if (count > MAX_VALUES) {
            throw new OverloadedException("more than " + MAX_VALUES + " values of " + of
                    + " among these spans: narrow the query, as by its times");
        }
    }
}
