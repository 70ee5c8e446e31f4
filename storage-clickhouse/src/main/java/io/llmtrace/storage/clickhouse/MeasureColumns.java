package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.SpanKind;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.Percentiles;
import io.llmtrace.storage.spi.MeasureSums;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Measures as SQL: what they need of each row, and what is made of it. */
final class MeasureColumns {

    /** A condition on a row of {@code spans}. */
    static final String REPEATS_USAGE = "kind IN ("
            + Arrays.stream(SpanKind.values())
                    .filter(SpanKind::repeatsUsageOfChildren)
                    .map(kind -> "'" + kind.text() + "'")
                    .collect(Collectors.joining(", "))
            + ")";

    /** Of one row: {@code floor(cost × 10⁹ + 0.5)}; what is too large stays larger than any sum that is shown. */
    static final String COST_NANOS = "toUInt64(" + atMost("estimated_cost_usd * 1e9 + 0.5", "9223372036854775808.") + ")";

    static final String COST = sum("cost");
    static final String TOTAL_TOKENS = sum("tt");

    /**
     * Nearest-rank, as {@code quantilesExactWeighted} has it and {@code quantilesExact} has not; keeps each different value once.
     */
    private static final String PERCENTILES = "quantilesExactWeighted(0.5, 0.95, 0.99)(dur, 1)";

    /** A select list over the columns of {@link #ofRows}, to be read by {@link #read}. */
    static final String LIST = "count(), countIf(failed), " + sum("pt") + ", " + sum("ct") + ", " + TOTAL_TOKENS + ", "
            + COST + ", " + percentiles();

    private MeasureColumns() {}

    /** Expressions over {@code spans} by name. */
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

    /** Of a column {@code dur}, to be read by {@link #readPercentiles}. */
    static String percentiles() {
        return "count(dur), " + PERCENTILES;
    }

    /** One of the three percentiles, from 1 on; null where there is none. */
    static String percentile(int number) {
        return "if(count(dur) = 0, NULL, " + PERCENTILES + "[" + number + "])";
    }

    /** Null of nothing but nulls; at most the largest number. */
    static String sum(String column) {
        return figure("sum(toUInt128(" + column + "))");
    }

    /** A number without a sign, as the largest that has one at most. */
    static String figure(String number) {
        return "CAST(" + atMost("toUInt128(" + number + ")", "toUInt128(" + Long.MAX_VALUE + ")") + ", 'Nullable(Int64)')";
    }

    /** Null stays null: least() would take the bound for it. */
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
        return new Measures(
                spans,
                errors,
                prompt,
                completion,
                total,
                nanos == null ? null : Double.valueOf(MeasureSums.dollarsOf(nanos)),
                readPercentiles(row));
    }

    static @Nullable Percentiles readPercentiles(RowInput row) throws IOException {
        long durations = row.readLong();
        row.readCount(); // 3
        Percentiles percentiles = new Percentiles(row.readLong(), row.readLong(), row.readLong());
        return durations == 0 ? null : percentiles;
    }

    private static String usage(TraceQuery query, String column) {
        return query.kind() != null ? column : "if(" + REPEATS_USAGE + ", NULL, " + column + ")";
    }
}
