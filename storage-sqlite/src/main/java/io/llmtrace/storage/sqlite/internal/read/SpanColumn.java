package io.llmtrace.storage.sqlite.internal.read;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.sqlite.internal.engine.DictionaryReader;
import io.llmtrace.storage.sqlite.internal.engine.ResultRow;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A column of a span: how it is named, stored and read. All of them are in {@link SpanColumns}.
 *
 * @param <T> the Java type of its values
 */
public final class SpanColumn<T> {

    /** What a column stores. */
    public enum Type {
        INTEGER,
        /** Nanoseconds since 1970. */
        TIME,
        REAL,
        TEXT,
        /** A JSON object. */
        JSON,
        /** An id of 16 bytes. */
        ID,
        /** The id of a name in the dictionary. */
        NAME,
        /** The id of a set of tags in the dictionary. */
        TAG_SET,
        /** 1 for a failed span; null for any other. */
        ERROR_FLAG
    }

    interface Getter {
        @Nullable
        Object of(SpanRow row);
    }

    interface Reader<T> {
        @Nullable
        T read(ResultRow row, int position, DictionaryReader dictionary) throws SQLException;
    }

    interface Setter<T> {
        void set(TraceSpan.Builder span, @Nullable T value);
    }

    private final int index;
    private final String table;
    private final String name;
    private final Type type;
    private final @Nullable SpanField<?> field;
    private final Getter getter;
    private final Reader<T> reader;
    private final @Nullable Setter<T> setter;

    /**
     * Describes a column.
     *
     * @param index among all columns, from 0
     * @param table the alias of its table in statements: {@code s} for spans, {@code t} for their traces
     * @param field the field of the span that it holds; null if it holds none
     * @param setter sets the value in a span that is read; null if the value is not set, or not this way
     */
    SpanColumn(
            int index,
            String table,
            String name,
            Type type,
            @Nullable SpanField<?> field,
            Getter getter,
            Reader<T> reader,
            @Nullable Setter<T> setter) {
        this.index = index;
        this.table = table;
        this.name = name;
        this.type = type;
        this.field = field;
        this.getter = getter;
        this.reader = reader;
        this.setter = setter;
    }

    int index() {
        return index;
    }

    /** Returns the name of the column. */
    public String name() {
        return name;
    }

    /** Returns what the column stores. */
    public Type type() {
        return type;
    }

    /** Returns the column as an expression: its name with the alias of its table, such as {@code s.model}. */
    public String expression() {
        return table + "." + name;
    }

    /**
     * Returns the value to be stored, before dictionary encoding: for a {@link Type#NAME} the name, for a {@link Type#TAG_SET}
     * the map of its tags.
     */
    public @Nullable Object valueOf(SpanRow row) {
        return getter.of(row);
    }

    /** Returns the field of the span that the column holds; null if it holds none. */
    @Nullable
    SpanField<?> field() {
        return field;
    }

    boolean isSettable() {
        return setter != null;
    }

    @Nullable
    T read(ResultRow row, int position, DictionaryReader dictionary) throws SQLException {
        return reader.read(row, position, dictionary);
    }

    /** Reads the value, and sets it in a span, if the column is {@linkplain #isSettable() settable}. */
    void readInto(TraceSpan.Builder span, ResultRow row, int position, DictionaryReader dictionary)
            throws SQLException {
        if (setter != null) {
            setter.set(span, reader.read(row, position, dictionary));
        }
    }

    @Override
    public String toString() {
        return expression();
    }
}
