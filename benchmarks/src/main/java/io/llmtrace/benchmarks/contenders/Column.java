package io.llmtrace.benchmarks.contenders;

import io.llmtrace.model.TraceSpan;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A column of a baseline's table, with the value that a span has in it.
 *
 * @param value returns null or an object for {@link PreparedStatement#setObject(int, Object)}
 */
record Column(String name, String type, Function<TraceSpan, @Nullable Object> value) {

    static String definitions(List<Column> columns) {
        return columns.stream().map(column -> column.name + " " + column.type).collect(Collectors.joining(", "));
    }

    static String insert(String table, List<Column> columns) {
        String names = columns.stream().map(Column::name).collect(Collectors.joining(", "));
        String marks = columns.stream().map(column -> "?").collect(Collectors.joining(", "));
        return " INTO " + table + " (" + names + ") VALUES (" + marks + ")";
    }

    static void bind(PreparedStatement statement, List<Column> columns, TraceSpan span) throws SQLException {
        for (int i = 0; i < columns.size(); i++) {
            statement.setObject(i + 1, columns.get(i).value.apply(span));
        }
    }
}
