package io.llmtrace.storage.clickhouse.internal.query;

import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanField;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.SessionSummary;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.SpanCount;
import io.llmtrace.storage.analytics.Timeline;
import io.llmtrace.storage.analytics.TraceCount;
import io.llmtrace.storage.analytics.TraceTimeline;
import io.llmtrace.storage.analytics.ValueCount;
import io.llmtrace.storage.analytics.ValueMeasures;
import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import io.llmtrace.storage.clickhouse.internal.read.SpanColumns;
import io.llmtrace.storage.spi.TimeScale;
import io.llmtrace.storage.spi.TraceTimelineCounts;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates over the spans that a query selects, with the methods of {@link io.llmtrace.storage.analytics.TraceAnalytics}, whose
 * arguments are already checked. They read no bodies unless the query searches text.
 */
public final class Analytics {

    private static final String START = "toUnixTimestamp64Nano(start_time)";

    /** The hash of a value, compared instead of the value because that may be too long for a parameter; 0 for null. */
    private static final String HASH = "ifNull(reinterpretAsUInt128(sipHash128(v)), toUInt128(0))";

    private static final String VALUE_ORDER = "v IS NULL, v";

    /** Fields with nearly as many values as there are traces, for which a dictionary would only cost time. */
    private static final Set<SpanField<?>> MANY_VALUES = Set.of(SpanField.SESSION_ID, SpanField.USER_ID);

    private static final Map<SpanField<?>, String> ARRAYS = Map.of(
            SpanField.FINDING_TYPE, "arrayDistinct(finding_types)",
            SpanField.FINDING_SEVERITY, "arrayDistinct(finding_severities)",
            SpanField.ACTION_NAME, "arrayDistinct(action_names)",
            SpanField.TAG, "mapKeys(tags)");

    private final Database database;
    private final TraceQuery query;
    private final Condition filter;
    private final LatestVersionView view;

    public Analytics(Database database, RewrittenSpans rewrittenSpans, TraceQuery query) {
        this.database = database;
        this.query = query;
        this.view = new LatestVersionView(rewrittenSpans, query.tenantId());
        this.filter = SpanFilter.of(database, query, () -> view, rewrittenSpans.outdatedAttributes());
    }

    /** Returns measures by time, and by the most frequent values of a field if one is given. */
    public Timeline timeline(int buckets, @Nullable SpanField<?> groupBy, int groups) {
        Range range = range();
        if (range == null) {
            return Timeline.builder(Measures.NONE).build();
        }
        TimeScale scale = TimeScale.of(range.from, range.to, buckets);
        List<TopValue> values = groupBy == null ? List.of() : largest(groupBy, groups);
        Map<String, String> columns = MeasureColumns.ofRows(query);
        // Unsigned, since the nanoseconds from 1900 to 2262 are more than a signed number holds.
        columns.put("bucket", "toUInt32(intDiv(toUInt64(" + START + " - {first:Int64}), {width:UInt64}) + 1)");
        Condition value = Condition.of("NULL");
        if (groupBy != null) {
            value = value(groupBy);
            columns.put("v", value.sql());
        }
        LatestVersionView.Table table = view.table(columns, filter);
        String group = groupBy == null
                ? "materialize(toUInt32(1))"
                : "toUInt32(if(indexOf({values:Array(UInt128)}, " + HASH + ") = 0, " + (values.size() + 1)
                        + ", indexOf({values:Array(UInt128)}, " + HASH + ")))";
        // In a row that sums up others, ROLLUP returns 0 for their group or bucket; so both are numbered from 1.
        Sql sql = Sql.of(
                        "timeline",
                        "SELECT " + group + " AS group_number, bucket, " + MeasureColumns.LIST + " FROM " + table.sql()
                                + " GROUP BY group_number, bucket WITH ROLLUP ORDER BY group_number, bucket")
                .with(table.parameters())
                .with(value)
                .with("first", scale.first() * scale.widthNanos())
                .with("width", scale.widthNanos());
        if (groupBy != null) {
            sql = sql.with("values", values.stream().map(TopValue::hash).collect(Collectors.joining(",", "[", "]")));
        }
        TimelineRows rows = new TimelineRows(scale, values, groupBy == null);
        database.lookUp(sql, row -> {
            rows.add(row.readInt(), row.readInt(), MeasureColumns.read(row));
            return true;
        });
        return rows.timeline();
    }

    /** Builds a timeline from the rows of the rollup: the total, then each group followed by its buckets. */
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

        void add(int group, int bucket, Measures measures) {
            if (group == 0) {
                total = measures;
            } else if (bucket == 0) {
                boolean other = !oneGroup && group > values.size();
                String value = oneGroup || other ? null : values.get(group - 1).value;
                groups.add(Timeline.Group.builder(measures)
                        .value(value)
                        .other(other)
                        .build());
            } else {
                Timeline.Group last = groups.remove(groups.size() - 1);
                List<Timeline.Bucket> buckets = new ArrayList<>(last.buckets());
                buckets.add(Timeline.Bucket.of(scale.startOf(scale.first() + bucket - 1), measures));
                groups.add(Timeline.Group.builder(last.total())
                        .value(last.value())
                        .other(last.other())
                        .buckets(buckets)
                        .build());
            }
        }

        Timeline timeline() {
            return Timeline.builder(total)
                    .start(scale.start())
                    .end(scale.end())
                    .bucketMs(scale.widthMs())
                    .groups(groups)
                    .build();
        }
    }

    /** Returns measures by the values of a field, the highest first. */
    public List<ValueMeasures> top(SpanField<?> groupBy, Measure order) {
        Map<String, String> columns = MeasureColumns.ofRows(query);
        Condition value = value(groupBy);
        columns.put("v", value.sql());
        LatestVersionView.Table table = view.table(columns, filter);
        String metric = switch (order) {
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
                                        + metric + " DESC NULLS LAST, " + VALUE_ORDER + " LIMIT " + query.limit())
                        .with(table.parameters())
                        .with(value),
                row -> new ValueMeasures(row.readNullableText(), MeasureColumns.read(row)));
    }

    /** Returns the values of a field that begin with a prefix, the most frequent first. */
    public List<ValueCount> values(SpanField<?> field, String prefix) {
        boolean multivalued = field.isMultiValued();
        Condition value = multivalued ? arrayOfValues(field) : value(field);
        LatestVersionView.Table table = view.table(Map.of("stored", value.sql()), filter);
        Condition startsWith = startsWith(prefix);
        String single = multivalued ? "toNullable(arrayJoin(stored))" : "stored";
        return database.read(
                Sql.of(
                                "values",
                                "SELECT assumeNotNull(v), count() AS n FROM (SELECT " + single + " AS v FROM "
                                        + table.sql()
                                        + ") WHERE v IS NOT NULL AND " + startsWith.sql()
                                        + " GROUP BY v ORDER BY n DESC, v LIMIT " + query.limit())
                        .with(table.parameters())
                        .with(value)
                        .with(startsWith),
                row -> new ValueCount(row.readText(), row.readLong()));
    }

    /** Returns sessions with their measures. */
    public Slice<SessionSummary> sessions(SessionOrder order) {
        Map<String, String> columns = MeasureColumns.ofRows(query);
        columns.put("conversation", "session_id");
        columns.put("person", "user_id");
        columns.put("start", START);
        columns.put("trace", "trace_id");
        columns.put("sort_key", "tuple(" + START + ", toUInt128(trace_id), toUInt128(span_id))");
        LatestVersionView.Table table = view.table(columns, filter.and(Condition.of("session_id IS NOT NULL")));
        String metric = switch (order) {
            case LAST_TIME -> "last";
            case SPANS -> "count()";
            case ERRORS -> "countIf(failed)";
            case TOTAL_TOKENS -> MeasureColumns.TOTAL_TOKENS;
            case COST_USD -> MeasureColumns.COST;
        };
        List<SessionSummary> found = database.read(
                Sql.of(
                                "sessions",
                                "SELECT assumeNotNull(conversation) AS id, argMinIf(tuple(person), sort_key, person IS NOT NULL).1,"
                                        + " min(start), max(start) AS last, uniqExact(trace), " + MeasureColumns.LIST
                                        + " FROM " + table.sql() + " GROUP BY id ORDER BY " + metric
                                        + " DESC NULLS LAST, id LIMIT " + (query.limit() + 1) + " OFFSET "
                                        + query.offset())
                        .with(table.parameters()),
                row -> {
                    String sessionId = row.readText();
                    String userId = row.readNullableText();
                    Instant firstTime = row.readTime();
                    Instant lastTime = row.readTime();
                    long traces = row.readLong();
                    return SessionSummary.builder(sessionId, firstTime, lastTime, MeasureColumns.read(row))
                            .userId(userId)
                            .traces(traces)
                            .build();
                });
        return Slice.of(found, query.offset(), query.limit());
    }

    /** Returns counts of security findings by type and severity, the most severe first. */
    public List<FindingCount> findings() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("types", "finding_types");
        columns.put("severities", "finding_severities");
        columns.put("start", START);
        columns.put("identity", "tuple(trace_id, span_id)");
        LatestVersionView.Table table = view.table(columns, filter.and(Condition.of("notEmpty(finding_types)")));
        return database.read(
                Sql.of(
                                "findings",
                                "SELECT toString(type) AS t, toString(severity) AS s, count() AS n, uniqExact(identity), max(start)"
                                        + " FROM " + table.sql()
                                        + " ARRAY JOIN types AS type, severities AS severity GROUP BY t, s"
                                        + " ORDER BY " + ordinal("s", Severity.values(), Severity::text)
                                        + " DESC, n DESC, t LIMIT " + query.limit())
                        .with(table.parameters()),
                row -> {
                    String type = row.readText();
                    Severity severity = Severity.ofText(row.readText());
                    long findings = row.readLong();
                    long spans = row.readLong();
                    return FindingCount.builder(type, severity, row.readTime())
                            .findings(findings)
                            .spans(spans)
                            .build();
                });
    }

    /** Returns counts of agent actions by type and name, the most frequent first. */
    public List<ActionCount> actions() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("types", "action_types");
        columns.put("names", "action_names");
        columns.put("requests", "action_requests");
        columns.put("failures", "action_failures");
        columns.put("durations", "arrayMap((d, r) -> if(r, NULL, d), action_durations, action_requests)");
        columns.put("identity", "tuple(trace_id, span_id)");
        LatestVersionView.Table table = view.table(columns, filter.and(Condition.of("notEmpty(action_types)")));
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
                        .with(table.parameters()),
                row -> {
                    AgentActionType type = AgentActionType.ofText(row.readText());
                    return ActionCount.builder(type, row.readText())
                            .actions(row.readLong())
                            .requested(row.readLong())
                            .failures(row.readLong())
                            .spans(row.readLong())
                            .durationMs(MeasureColumns.readPercentiles(row))
                            .build();
                });
    }

    private record Range(Instant from, Instant to) {}

    /** Returns the requested times; spans determine an end that is open. Null if an end is open and there are no spans. */
    private @Nullable Range range() {
        return range(view.table(Map.of("start", START), filter));
    }

    private @Nullable Range range(LatestVersionView.Table table) {
        if (query.startTime() != null && query.endTime() != null) {
            return new Range(query.startTime(), query.endTime());
        }
        Range ofSpans = database.first(
                Sql.of("range of times", "SELECT min(start), max(start) FROM " + table.sql() + " HAVING count() > 0")
                        .with(table.parameters()),
                row -> new Range(row.readTime(), row.readTime()));
        return ofSpans == null
                ? null
                : new Range(
                        Objects.requireNonNullElse(query.startTime(), ofSpans.from),
                        Objects.requireNonNullElse(query.endTime(), ofSpans.to));
    }

    private record TopValue(@Nullable String value, String hash) {}

    private List<TopValue> largest(SpanField<?> field, int count) {
        Condition value = value(field);
        LatestVersionView.Table table = view.table(Map.of("v", value.sql()), filter);
        return database.read(
                Sql.of(
                                "largest groups",
                                "SELECT v, toString(" + HASH + ") FROM " + table.sql()
                                        + " GROUP BY v ORDER BY count() DESC, " + VALUE_ORDER + " LIMIT " + count)
                        .with(table.parameters())
                        .with(value),
                row -> new TopValue(row.readNullableText(), row.readText()));
    }

    /** Counts the traces with a span that passes, and those without spans if the query does not filter them out. */
    public TraceCount countTraces(long upTo) {
        LatestVersionView.Table table =
                query.filtersSpans() ? view.table(Map.of("trace", "trace_id"), filter) : allTraces();
        Sql sql = Sql.of(
                        "count of traces",
                        "SELECT count() FROM (SELECT DISTINCT trace FROM " + table.sql() + " LIMIT " + (upTo + 1) + ")")
                .with(table.parameters());
        return TraceCount.of(database.number(sql), upTo);
    }

    /** Counts the spans that pass. */
    public SpanCount countSpans(long upTo) {
        LatestVersionView.Table table = view.table(Map.of("span", "span_id"), filter);
        Sql sql = Sql.of(
                        "count of spans",
                        "SELECT count() FROM (SELECT span FROM " + table.sql() + " LIMIT " + (upTo + 1) + ")")
                .with(table.parameters());
        return SpanCount.of(database.number(sql), upTo);
    }

    /** Counts traces by the start of their first span that passes, or by their creation if the query filters no spans. */
    public TraceTimeline traceTimeline(int buckets) {
        LatestVersionView.Table table = query.filtersSpans() ? view.table(columnsOfTimes(), filter) : creations();
        Range range = range(table);
        if (range == null) {
            return TraceTimelineCounts.none(query, buckets);
        }
        TimeScale scale = TimeScale.of(range.from, range.to, buckets);
        LatestVersionView.Table failed = view.table(
                Map.of("failed_trace", "trace_id"),
                Condition.of("tenant_id = {tenant:UUID}", "tenant", query.tenantId())
                        .and(Condition.of("row_kind != 2 AND is_error")));
        Sql sql = Sql.of(
                        "timeline of traces",
                        "SELECT intDiv(toUInt64(first_start - {first:Int64}), {width:UInt64}) AS bucket, count(), countIf(failed)"
                                + " FROM (SELECT min(start) AS first_start, trace IN (SELECT failed_trace FROM "
                                + failed.sql() + ") AS failed FROM " + table.sql()
                                + " GROUP BY trace) GROUP BY bucket")
                .with(failed.parameters())
                .with(table.parameters())
                .with("first", scale.first() * scale.widthNanos())
                .with("width", scale.widthNanos());
        TraceTimelineCounts counts = new TraceTimelineCounts(scale);
        database.lookUp(sql, row -> {
            long bucket = scale.first() + row.readLong();
            counts.add(bucket * scale.widthNanos(), row.readLong(), row.readLong());
            return true;
        });
        return counts.timeline();
    }

    private static Map<String, String> columnsOfTimes() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("trace", "trace_id");
        columns.put("start", START);
        return columns;
    }

    private LatestVersionView.Table allTraces() {
        Condition traces = traces();
        return new LatestVersionView.Table(
                "(SELECT trace_id AS trace FROM spans WHERE " + traces.sql() + ")", traces.parameters());
    }

    /** Returns the creation of each trace, also of those without spans. */
    private LatestVersionView.Table creations() {
        Condition traces = traces().and(Condition.of("row_kind != 1"));
        return new LatestVersionView.Table(
                "(SELECT trace_id AS trace, min(" + START + ") AS start FROM spans WHERE " + traces.sql()
                        + " GROUP BY trace_id)",
                traces.parameters());
    }

    private Condition traces() {
        Condition ofTenant = Condition.of("tenant_id = {tenant:UUID}", "tenant", query.tenantId());
        return query.traceId() == null
                ? ofTenant
                : ofTenant.and(Condition.of("trace_id = {trace_id:UUID}", "trace_id", query.traceId()));
    }

    /** Returns an expression for the value of a single-valued field, as text that may be null. */
    private static Condition value(SpanField<?> field) {
        if (field.tagKey() != null) {
            Condition key = SpanConditions.equal("k", "group_tag", field.tagKey());
            return new Condition(
                    "arrayFirstOrNull((v, k) -> " + key.sql() + ", mapValues(tags), mapKeys(tags))", key.parameters());
        }
        if (field.equals(SpanField.STATUS)) {
            return lowCardinality("if(is_error, 'error', 'ok')");
        }
        String column = SpanColumns.nameOf(field);
        return MANY_VALUES.contains(field) ? Condition.of(column) : lowCardinality(column);
    }

    /** Returns an expression for the distinct values of a multivalued field, as an array. */
    private static Condition arrayOfValues(SpanField<?> field) {
        String values = ARRAYS.get(field);
        if (values == null) {
            throw new IllegalStateException("not a multivalued field: " + field);
        }
        return Condition.of(values);
    }

    private static Condition lowCardinality(String expression) {
        return Condition.of("CAST(" + expression + ", 'LowCardinality(Nullable(String))')");
    }

    /** Returns a condition on {@code v}. The server's lower() changes A to Z only, which is what the contract requires. */
    private static Condition startsWith(String prefix) {
        StringBuilder lower = new StringBuilder(prefix.length());
        prefix.chars().forEach(c -> lower.append((char) (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c)));
        String wanted = lower.toString();
        if (!SpanConditions.isLong(wanted)) {
            return Condition.of("startsWith(lower(assumeNotNull(v)), {prefix:String})", "prefix", wanted);
        }
        int bytes = wanted.getBytes(StandardCharsets.UTF_8).length;
        return SpanConditions.equal("lower(substring(assumeNotNull(v), 1, " + bytes + "))", "prefix", wanted);
    }

    private static <T> String ordinal(String column, T[] values, Function<T, String> text) {
        return "indexOf(["
                + Arrays.stream(values)
                        .map(value -> "'" + text.apply(value) + "'")
                        .collect(Collectors.joining(", "))
                + "], " + column + ")";
    }
}
