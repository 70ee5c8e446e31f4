package io.llmtrace.storage.sqlite.internal.write;

import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.read.SpanColumn;
import io.llmtrace.storage.sqlite.internal.read.SpanColumns;
import io.llmtrace.storage.sqlite.internal.read.SpanRow;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The statements that write rows of {@code spans}, derived from {@link SpanColumns}. */
final class SpanStatements {

    private static final List<SpanColumn<?>> COLUMNS = SpanColumns.WRITTEN;

    static final String INSERT = "INSERT INTO spans ("
            + COLUMNS.stream().map(SpanColumn::name).collect(Collectors.joining(", ")) + ", id) VALUES ("
            + "?, ".repeat(COLUMNS.size()) + "?)";

    static final String UPDATE = "UPDATE spans SET "
            + COLUMNS.stream().map(column -> column.name() + " = ?").collect(Collectors.joining(", "))
            + " WHERE id = ?";

    private SpanStatements() {}

    /** Returns the parameters of {@link #INSERT} and {@link #UPDATE}: the columns in their order, then the row id. */
    static @Nullable Object[] parameters(SqliteConnection connection, DictionaryWriter dictionary, SpanRow row)
            throws SQLException {
        @Nullable Object[] parameters = new @Nullable Object[COLUMNS.size() + 1];
        for (int i = 0; i < COLUMNS.size(); i++) {
            parameters[i] = parameter(connection, dictionary, COLUMNS.get(i), row);
        }
        parameters[COLUMNS.size()] = row.id();
        return parameters;
    }

    private static @Nullable Object parameter(
            SqliteConnection connection, DictionaryWriter dictionary, SpanColumn<?> column, SpanRow row)
            throws SQLException {
        Object value = column.valueOf(row);
        return switch (column.type()) {
            case NAME -> value == null ? null : Long.valueOf(dictionary.name(connection, (String) value));
            case TAG_SET ->
                dictionary.tagSet(connection, row.tenant(), row.span().tags());
            case INTEGER, TIME, REAL, TEXT, JSON, ID, ERROR_FLAG -> value;
        };
    }
}
