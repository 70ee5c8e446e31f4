package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Severity;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.SessionSummary;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.SpanField;
import io.llmtrace.storage.analytics.Timeline;
import io.llmtrace.storage.analytics.ValueCount;
import io.llmtrace.storage.analytics.ValueMeasures;
import io.llmtrace.storage.spi.TimeScale;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Figures about the spans that a query selects. Bodies are not read, unless the query looks for words. */
final class Analytics {

    private static final String START = "toUnixTimestamp64Nano(start_time)";

    /** Of a value, for comparing where the value itself would be too long; 0 of none. */
    private static final String HASH = "ifNull(reinterpretAsUInt128(sipHash128(v)), toUInt128(0))";

    private static final String VALUE_ORDER = "v IS NULL, v";

    private final Database database;
    private final TraceQuery query;
    private final Condition filter;
    private final CurrentRows rows;

    Analytics(Database database, WrittenAgain writtenAgain, TraceQuery query) {
        this.database = database;
        this.query = query;
        this.filter = SpanFilter.of(query);
        this.rows = new CurrentRows(writtenAgain, query.tenantId());
    }

    Timeline timeline(int buckets, @Nullable SpanField groupBy, int groups) {
        Range range = range();
        if (range == null) {
            return new Timeline(null, null, null, Measures.NONE, List.of());
        }
        TimeScale scale = TimeScale.of(range.from, range.to, buckets);
        List<TopValue> values = groupBy == null ? List.of() : largest(groupBy, groups);
        Map<String, String> columns = MeasureColumns.ofRows(query);
        // Unsigned: between 1900 and 2262 are more nanoseconds than a signed number holds.
        columns.put("bucket", "toUInt32(intDiv(toUInt64(" + START + " - {first:Int64}), {width:UInt64}) + 1)");
        Condition value = Condition.of("NULL");
        if (groupBy != null) {
            value = value(groupBy);
            columns.put("v", value.sql());
        }
        CurrentRows.Table table = rows.table(columns, filter);
        String place = groupBy == null
                ? "materialize(toUInt32(1))"
                : "toUInt32(if(indexOf({values:Array(UInt128)}, " + HASH + ") = 0, " + (values.size() + 1)
                        + ", indexOf({values:Array(UInt128)}, " + HASH + ")))";
        // A rollup has 0 for what is rolled up; groups and buckets are counted from 1.
        Sql sql = Sql.of(
                        "timeline",
                        "SELECT " + place + " AS place, bucket, " + MeasureColumns.LIST + " FROM " + table.sql()
                                + " GROUP BY place, bucket WITH ROLLUP ORDER BY place, bucket")
                .with(table)
                .with(value)
                .with("first", scale.first() * scale.widthNanos())
                .with("width", scale.widthNanos());
        if (groupBy != null) {
            sql = sql.with("values", values.stream().map(TopValue::hash).collect(Collectors.joining(",", "[", "]")));
        }
        TimelineRows found = new TimelineRows(scale, values, groupBy == null);
        database.read(sql, row -> {
            found.add(row.readInt(), row.readInt(), MeasureColumns.read(row));
            return true;
        });
        return found.timeline();
    }

    /** Puts together what the rollup gives: first all, then each group, before its buckets. */
    private static final class TimelineRows {
        private final TimeScale scale;
        private final List<TopValue> values;
        private final boolean oneGroup;
        private final List<Timeline.Group> groups = new ArrayList<>();
        private Measures total = Measures.NONE;

        TimelineRows(TimeScale scale, List<TopValue> values, boolean oneGroup) {
            this.scale = scale;
            this.values = values;
            this.oneGroup = oneGroup;
        }

        void add(int place, int bucket, Measures measures) {
            if (place == 0) {
                total = measures;
            } else if (bucket == 0) {
                boolean rest = !oneGroup && place > values.size();
                String value = oneGroup || rest ? null : values.get(place - 1).value;
                groups.add(new Timeline.Group(value, rest, measures, List.of()));
            } else {
                Timeline.Group group = groups.remove(groups.size() - 1);
                List<Timeline.Bucket> buckets = new ArrayList<>(group.buckets());
                buckets.add(new Timeline.Bucket(scale.startOf(scale.first() + bucket - 1), measures));
                groups.add(new Timeline.Group(group.value(), group.rest(), group.total(), buckets));
            }
        }

        Timeline timeline() {
            return new Timeline(scale.start(), scale.end(), scale.widthMs(), total, groups);
        }
    }

    List<ValueMeasures> top(SpanField groupBy, Measure order) {
        Map<String, String> columns = MeasureColumns.ofRows(query);
        Condition value = value(groupBy);
        columns.put("v", value.sql());
        CurrentRows.Table table = rows.table(columns, filter);
        String figure = switch (order) {
            case SPANS -> "count()";
            case ERRORS -> "countIf(failed)";
            case PROMPT_TOKENS -> MeasureColumns.sum("pt");
            case COMPLETION_TOKENS -> MeasureColumns.sum("ct");
            case TOTAL_TOKENS -> MeasureColumns.TOTAL_TOKENS;
            case COST_USD -> MeasureColumns.COST;
            case DURATION_P50 -> MeasureColumns.percentile(1);
            case DURATION_P95 -> MeasureColumns.percentile(2);
            case DURATION_P99 -> MeasureColumns.percentile(3);
        };
        return database.read(
                Sql.of(
                                "top",
                                "SELECT v, " + MeasureColumns.LIST + " FROM " + table.sql() + " GROUP BY v ORDER BY "
                                        + figure + " DESC NULLS LAST, " + VALUE_ORDER + " LIMIT " + query.limit())
                        .with(table)
                        .with(value),
                row -> new ValueMeasures(row.readNullableText(), MeasureColumns.read(row)));
    }

    List<ValueCount> values(SpanField field, String prefix) {
        boolean several = !field.isOfOneValue();
        Condition value = several ? severalValues(field) : value(field);
        CurrentRows.Table table = rows.table(Map.of("found", value.sql()), filter);
        Condition startsWith = startsWith(prefix);
        String single = several ? "toNullable(arrayJoin(found))" : "found";
        return database.read(
                Sql.of(
                                "values",
                                "SELECT assumeNotNull(v), count() AS n FROM (SELECT " + single + " AS v FROM "
                                        + table.sql()
                                        + ") WHERE v IS NOT NULL AND " + startsWith.sql()
                                        + " GROUP BY v ORDER BY n DESC, v LIMIT " + query.limit())
                        .with(table)
                        .with(value)
                        .with(startsWith),
                row -> new ValueCount(row.readText(), row.readLong()));
    }

    Slice<SessionSummary> sessions(SessionOrder order) {
        Map<String, String> columns = MeasureColumns.ofRows(query);
        columns.put("conversation", "session_id");
        columns.put("person", "user_id");
        columns.put("start", START);
        columns.put("trace", "trace_id");
        columns.put("place", "tuple(" + START + ", toUInt128(trace_id), toUInt128(span_id))");
        CurrentRows.Table table = rows.table(columns, filter.and(Condition.of("session_id IS NOT NULL")));
        String figure = switch (order) {
            case LAST_TIME -> "last";
            case SPANS -> "count()";
            case ERRORS -> "countIf(failed)";
            case TOTAL_TOKENS -> MeasureColumns.TOTAL_TOKENS;
            case COST_USD -> MeasureColumns.COST;
        };
        List<SessionSummary> found = database.read(
                Sql.of(
                                "sessions",
                                "SELECT assumeNotNull(conversation) AS id, argMinIf(tuple(person), place, person IS NOT NULL).1,"
                                        + " min(start), max(start) AS last, uniqExact(trace), " + MeasureColumns.LIST
                                        + " FROM " + table.sql() + " GROUP BY id ORDER BY " + figure
                                        + " DESC NULLS LAST, id LIMIT " + (query.limit() + 1) + " OFFSET "
                                        + query.offset())
                        .with(table),
                row -> new SessionSummary(
                        row.readText(),
                        row.readNullableText(),
                        row.readTime(),
                        row.readTime(),
                        row.readLong(),
                        MeasureColumns.read(row)));
        return Slice.of(found, query.offset(), query.limit());
    }

    List<FindingCount> findings() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("types", "finding_types");
        columns.put("severities", "finding_severities");
        columns.put("start", START);
        columns.put("identity", "tuple(trace_id, span_id)");
        CurrentRows.Table table = rows.table(columns, filter.and(Condition.of("notEmpty(finding_types)")));
        return database.read(
                Sql.of(
                                "findings",
                                "SELECT toString(type) AS t, toString(severity) AS s, count() AS n, uniqExact(identity), max(start)"
                                        + " FROM " + table.sql()
                                        + " ARRAY JOIN types AS type, severities AS severity GROUP BY t, s"
                                        + " ORDER BY " + ordinal("s", Severity.values(), Severity::text)
                                        + " DESC, n DESC, t LIMIT " + query.limit())
                        .with(table),
                row -> new FindingCount(
                        row.readText(),
                        Severity.ofText(row.readText()),
                        row.readLong(),
                        row.readLong(),
                        row.readTime()));
    }

    List<ActionCount> actions() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("types", "action_types");
        columns.put("names", "action_names");
        columns.put("requests", "action_requests");
        columns.put("failures", "action_failures");
        columns.put("durations", "arrayMap((d, r) -> if(r, NULL, d), action_durations, action_requests)");
        columns.put("identity", "tuple(trace_id, span_id)");
        CurrentRows.Table table = rows.table(columns, filter.and(Condition.of("notEmpty(action_types)")));
        return database.read(
                Sql.of(
                                "actions",
                                "SELECT toString(type) AS t, toString(name) AS a, countIf(NOT request) AS n,"
                                        + " countIf(request) AS r, countIf(failure AND NOT request), uniqExact(identity), "
                                        + MeasureColumns.percentiles() + " FROM " + table.sql()
                                        + " ARRAY JOIN types AS type, names AS name, requests AS request,"
                                        + " failures AS failure, durations AS dur GROUP BY t, a ORDER BY n DESC, r DESC, "
                                        + ordinal("t", AgentActionType.values(), AgentActionType::text) + ", a LIMIT "
                                        + query.limit())
                        .with(table),
                row -> {
                    AgentActionType type = AgentActionType.ofText(row.readText());
                    return new ActionCount(
                            type,
                            row.readText(),
                            row.readLong(),
                            row.readLong(),
                            row.readLong(),
                            row.readLong(),
                            MeasureColumns.readPercentiles(row));
                });
    }

    private record Range(Instant from, Instant to) {}

    /** Null where nothing is found, and the query has not both ends. */
    private @Nullable Range range() {
        if (query.startTime() != null && query.endTime() != null) {
            return new Range(query.startTime(), query.endTime());
        }
        CurrentRows.Table table = rows.table(Map.of("start", START), filter);
        Range ofSpans = database.first(
                Sql.of("range of times", "SELECT min(start), max(start) FROM " + table.sql() + " HAVING count() > 0")
                        .with(table),
                row -> new Range(row.readTime(), row.readTime()));
        return ofSpans == null
                ? null
                : new Range(
                        Objects.requireNonNullElse(query.startTime(), ofSpans.from),
                        Objects.requireNonNullElse(query.endTime(), ofSpans.to));
    }

    private record TopValue(@Nullable String value, String hash) {}

    private List<TopValue> largest(SpanField field, int count) {
        Condition value = value(field);
        CurrentRows.Table table = rows.table(Map.of("v", value.sql()), filter);
        return database.read(
                Sql.of(
                                "largest groups",
                                "SELECT v, toString(" + HASH + ") FROM " + table.sql()
                                        + " GROUP BY v ORDER BY count() DESC, " + VALUE_ORDER + " LIMIT " + count)
                        .with(table)
                        .with(value),
                row -> new TopValue(row.readNullableText(), row.readText()));
    }

    /** As text that may be null. */
    private static Condition value(SpanField field) {
        return switch (field.column()) {
            case PROVIDER -> few("provider");
            case MODEL_NAME -> few("model_name");
            case OPERATION_NAME -> few("operation_name");
            case KIND -> few("kind");
            case SERVICE_NAME -> few("service_name");
            case FINISH_REASON -> few("finish_reason");
            case STATUS -> few("if(is_error, 'error', 'ok')");
            case SESSION_ID -> Condition.of("session_id");
            case USER_ID -> Condition.of("user_id");
            case TAG_VALUE -> {
                Condition key = SpanFilter.equal("k", "group_tag", Objects.requireNonNull(field.tagKey()));
                yield new Condition(
                        "arrayFirstOrNull((v, k) -> " + key.sql() + ", mapValues(tags), mapKeys(tags))",
                        key.parameters());
            }
            case FINDING_TYPE, FINDING_SEVERITY, ACTION_NAME, TAG ->
                throw new IllegalStateException("of several values: " + field);
        };
    }

    private static Condition severalValues(SpanField field) {
        return Condition.of(
                switch (field.column()) {
                    case FINDING_TYPE -> "arrayDistinct(finding_types)";
                    case FINDING_SEVERITY -> "arrayDistinct(finding_severities)";
                    case ACTION_NAME -> "arrayDistinct(action_names)";
                    case TAG -> "mapKeys(tags)";
                    default -> throw new IllegalStateException("of one value: " + field);
                });
    }

    private static Condition few(String expression) {
        return Condition.of("CAST(" + expression + ", 'LowCardinality(Nullable(String))')");
    }

    /** lower() of the server knows A to Z only, as the contract has it. */
    private static Condition startsWith(String prefix) {
        StringBuilder lower = new StringBuilder(prefix.length());
        prefix.chars().forEach(c -> lower.append((char) (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c)));
        String wanted = lower.toString();
        if (!SpanFilter.isLong(wanted)) {
            return Condition.of("startsWith(lower(assumeNotNull(v)), {prefix:String})", "prefix", wanted);
        }
        int bytes = wanted.getBytes(StandardCharsets.UTF_8).length;
        return SpanFilter.equal("lower(substring(assumeNotNull(v), 1, " + bytes + "))", "prefix", wanted);
    }

    private static <T> String ordinal(String column, T[] values, Function<T, String> text) {
        return "indexOf(["
                + Arrays.stream(values)
                        .map(value -> "'" + text.apply(value) + "'")
                        .collect(Collectors.joining(", "))
                + "], " + column + ")";
    }
}
