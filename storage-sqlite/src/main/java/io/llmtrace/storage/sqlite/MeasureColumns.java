package io.llmtrace.storage.sqlite;

import io.llmtrace.model.SpanKind;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.spi.MeasureSums;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The columns that measures are made of, read row by row: the program adds up as fast as SQLite would sort rows into groups, and
 * it knows percentiles. Each value that is read costs, so there are no nulls to ask for, and flags come in
 * one, which also says where no more need be read.
 */
final class MeasureColumns {

    private static final int ERROR = 1;
    private static final int WITHOUT_USAGE = 2;

    /** A condition on {@code s}. */
    static final String REPEATS_USAGE = "s.kind IN ("
            + Arrays.stream(SpanKind.values())
                    .filter(SpanKind::repeatsUsageOfChildren)
                    .map(kind -> "'" + kind.text() + "'")
                    .collect(Collectors.joining(", "))
            + ")";

    private static final String REPORTS_NO_USAGE =
            "coalesce(s.prompt_tokens, s.completion_tokens, s.total_tokens, s.estimated_cost_usd) IS NULL";

    /** A select list over {@code s}. */
    final String sql;

    MeasureColumns(TraceQuery query) {
        String withoutUsage = query.kind() == null ? REPEATS_USAGE + " OR " + REPORTS_NO_USAGE : REPORTS_NO_USAGE;
        this.sql = "coalesce(s.error, 0) + " + WITHOUT_USAGE + " * (" + withoutUsage + ")"
                + ", coalesce(s.duration_ms, -1), coalesce(s.prompt_tokens, -1), coalesce(s.completion_tokens, -1)"
                + ", coalesce(s.total_tokens, -1), coalesce(s.estimated_cost_usd, -1.0)";
    }

    /** @param first column of the list in the row */
    void addTo(MeasureSums sums, ResultSet row, int first) throws SQLException {
        int flags = row.getInt(first);
        boolean error = (flags & ERROR) != 0;
        long duration = row.getLong(first + 1);
        if ((flags & WITHOUT_USAGE) != 0) {
            sums.add(error, MeasureSums.ABSENT, MeasureSums.ABSENT, MeasureSums.ABSENT, MeasureSums.ABSENT, duration);
            return;
        }
        double cost = row.getDouble(first + 5);
        sums.add(
                error,
                row.getLong(first + 2),
                row.getLong(first + 3),
                row.getLong(first + 4),
                cost < 0 ? MeasureSums.ABSENT : MeasureSums.nanosOf(cost),
                duration);
    }
}
