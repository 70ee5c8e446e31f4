package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.model.SpanKind;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.spi.MeasureSums;
import io.llmtrace.storage.sqlite.internal.engine.ResultRow;
import io.llmtrace.storage.sqlite.internal.engine.SelectList;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The columns from which measures are summed, row by row in Java: that is as fast as a {@code GROUP BY}, for which SQLite would
 * sort the rows, and it can compute percentiles. Each call to the driver costs time. So nulls are selected as -1, which saves the
 * call that checks for null, and all flags are one number, which also tells when the other values need not be read.
 */
final class MeasureColumns {

    private static final int ERROR = 1;
    private static final int WITHOUT_USAGE = 2;

    /** A condition for spans {@code s} whose tokens and cost repeat those of their children, and so must not be added to them. */
    static final String REPEATS_USAGE = "s.kind IN ("
            + Arrays.stream(SpanKind.values())
                    .filter(SpanKind::repeatsUsageOfChildren)
                    .map(kind -> "'" + kind.text() + "'")
                    .collect(Collectors.joining(", "))
            + ")";

    private static final String REPORTS_NO_USAGE =
            "coalesce(s.prompt_tokens, s.completion_tokens, s.total_tokens, s.estimated_cost_usd) IS NULL";

    private final int flags;
    private final int duration;
    private final int promptTokens;
    private final int completionTokens;
    private final int totalTokens;
    private final int cost;

    /** Adds the columns to a select list over {@code s}. {@link #addTo} takes the rows of that selection. */
    MeasureColumns(TraceQuery query, SelectList list) {
        String withoutUsage = query.kind() == null ? REPEATS_USAGE + " OR " + REPORTS_NO_USAGE : REPORTS_NO_USAGE;
        this.flags = list.add("coalesce(s.error, 0) + " + WITHOUT_USAGE + " * (" + withoutUsage + ")");
        this.duration = list.add("coalesce(s.duration_ms, -1)");
        this.promptTokens = list.add("coalesce(s.prompt_tokens, -1)");
        this.completionTokens = list.add("coalesce(s.completion_tokens, -1)");
        this.totalTokens = list.add("coalesce(s.total_tokens, -1)");
        this.cost = list.add("coalesce(s.estimated_cost_usd, -1.0)");
    }

    void addTo(MeasureSums sums, ResultRow row) throws SQLException {
        long set = row.number(flags);
        boolean error = (set & ERROR) != 0;
        long durationMs = row.number(duration);
        if ((set & WITHOUT_USAGE) != 0) {
            sums.add(error, MeasureSums.ABSENT, MeasureSums.ABSENT, MeasureSums.ABSENT, MeasureSums.ABSENT, durationMs);
            return;
        }
        double costUsd = row.real(cost);
        sums.add(
                error,
                row.number(promptTokens),
                row.number(completionTokens),
                row.number(totalTokens),
                costUsd < 0 ? MeasureSums.ABSENT : MeasureSums.nanosOf(costUsd),
                durationMs);
    }
}
