package io.llmtrace.storage.clickhouse.internal.query;

import io.llmtrace.model.SpanKind;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.Percentiles;
import io.llmtrace.storage.clickhouse.internal.engine.RowInput;
import io.llmtrace.storage.spi.MeasureSums;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Measures as SQL: the columns they need of each row, and the aggregates computed from these. */
final class MeasureColumns {

    /** A condition on a row of {@code spans} that is true for kinds whose usage repeats that of their children. */
    static final String REPEATS_USAGE = "kind IN ("
            + Arrays.stream(SpanKind.values())
                    .filter(SpanKind::repeatsUsageOfChildren)
                    .map(kind -> "'" + kind.text() + "'")
                    .collect(Collectors.joining(", "))
            + ")";

    /** A row's cost in billionths of a dollar, rounded; capped at 2⁶³, which is above any sum that is shown. */
    static final String COST_NANOS =
            "toUInt64(" + atMost("estimated_cost_usd * 1e9 + 0.5", "9223372036854775808.") + ")";

    static final String COST = sum("cost");
    static final String TOTAL_TOKENS = sum("tt");

    /**
     * Nearest-rank percentiles, which {@code quantilesExact} does not compute. The function keeps each distinct value once, so its
     * memory does not grow with the number of rows.
     */
    private static final String PERCENTILES = "quantilesExactWeighted(0.5, 0.95, 0.99)(dur, 1)";

    /** The aggregates as a select list over the columns of {@link #ofRows}; {@link #read} reads them. */
    static final String LIST = "count(), countIf(failed), " + sum("pt") + ", " + sum("ct") + ", " + TOTAL_TOKENS + ", "
            + COST + ", " + percentiles();

    private MeasureColumns() {}

    /** Returns the columns that the aggregates need, as expressions over {@code spans} by name. */
    static Map<String, String> ofRows(TraceQuery query) {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("failed", "is_error");
        columns.put("dur", "duration_ms");
        columns.put("pt", usage(query, "prompt_tokens"));
        columns.put("ct", usage(query, "completion_tokens"));
        columns.put("tt", usage(query, "total_tokens"));
        columns.put("cost", usage(query, COST_NANOS));
        return columns;
    }

    /** Returns the percentiles of a column {@code dur} as a select list; {@link #readPercentiles} reads them. */
    static String percentiles() {
        return "count(dur), " + PERCENTILES;
    }

    /** Returns an expression for the first, second or third percentile (1, 2, 3); null if there are no durations. */
    static String percentile(int number) {
        return "if(count(dur) = 0, NULL, " + PERCENTILES + "[" + number + "])";
    }

    /** Returns the sum of a column, null if all its values are null, and clamped to the largest {@code Int64}. */
    static String sum(String column) {
        return clamped("sum(toUInt128(" + column + "))");
    }

    /** Returns an unsigned number as {@code Int64}, clamped to its largest value. */
    static String clamped(String number) {
        return "CAST(" + atMost("toUInt128(" + number + ")", "toUInt128(" + Long.MAX_VALUE + ")")
                + ", 'Nullable(Int64)')";
    }

    /** Returns the smaller of two numbers, or null if the value is: {@code least()} would return the bound then. */
    private static String atMost(String value, String bound) {
        return "if(" + value + " > " + bound + ", " + bound + ", " + value + ")";
    }

    static Measures read(RowInput row) throws IOException {
        long spans = row.readLong();
        long errors = row.readLong();
        Long prompt = row.readNullableLong();
        Long completion = row.readNullableLong();
        Long total = row.readNullableLong();
        Long nanos = row.readNullableLong();
        return Measures.builder()
                .spans(spans)
                .errors(errors)
                .promptTokens(prompt)
                .completionTokens(completion)
                .totalTokens(total)
                .costUsd(nanos == null ? null : Double.valueOf(MeasureSums.dollarsOf(nanos)))
                .durationMs(readPercentiles(row))
                .build();
    }

    static @Nullable Percentiles readPercentiles(RowInput row) throws IOException {
        long durations = row.readLong();
        row.readCount(); // always 3
        Percentiles percentiles = new Percentiles(row.readLong(), row.readLong(), row.readLong());
        return durations == 0 ? null : percentiles;
    }

    private static String usage(TraceQuery query, String column) {
        return query.kind() != null ? column : "if(" + REPEATS_USAGE + ", NULL, " + column + ")";
    }
}
