package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.Times;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.SpanCount;
import io.llmtrace.storage.analytics.Timeline;
import io.llmtrace.storage.analytics.ValueCount;
import io.llmtrace.storage.analytics.ValueMeasures;
import io.llmtrace.storage.spi.DurationCounts;
import io.llmtrace.storage.spi.MeasureSums;
import io.llmtrace.storage.spi.TextOrder;
import io.llmtrace.storage.spi.TimeScale;
import io.llmtrace.storage.spi.TimelineSums;
import io.llmtrace.storage.sqlite.internal.engine.Condition;
import io.llmtrace.storage.sqlite.internal.engine.SelectList;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Aggregates over the spans that a query selects, in one transaction. No body is read. */
public final class Analytics {

    private static final Comparator<@Nullable String> VALUES = Comparator.nullsLast(TextOrder.UTF8);

    private static final String WITH_ACTIONS = " AND s.action_count IS NOT NULL";

    /** A span with findings always has a score, whose partial index leads to the few spans that have one. */
    private static final String WITH_FINDINGS = " AND s.security_score IS NOT NULL AND s.finding_count IS NOT NULL";

    private static final long NO_TAGS = 0;

    private final SqliteConnection connection;
    private final TraceQuery query;
    private final SpanFilter filter;
    private final Condition condition;

    /**
     * Prepares the aggregates of a query.
     *
     * @param tenant the row id of the query's tenant
     */
    public Analytics(SqliteConnection connection, TraceQuery query, long tenant) throws SQLException {
        this.connection = connection;
        this.query = query;
        this.filter = new SpanFilter(connection, query, tenant);
        this.condition = filter.condition();
    }

    /** Returns the timeline of a query that selects no span. */
    public static Timeline emptyTimeline(TraceQuery query, int buckets) {
        return query.startTime() == null || query.endTime() == null
                ? Timeline.builder(Measures.NONE).build()
                : new TimelineSums(TimeScale.of(query.startTime(), query.endTime(), buckets), List.of()).timeline();
    }

    /** Returns the measures of spans over time, split by the most frequent values of a field unless it is null. */
    public Timeline timeline(int buckets, @Nullable SpanField<?> groupBy, int groups) throws SQLException {
        Instant from = query.startTime() == null ? startOf("ASC") : query.startTime();
        Instant to = query.endTime() == null ? startOf("DESC") : query.endTime();
        if (from == null || to == null) {
            return emptyTimeline(query, buckets);
        }
        TimeScale scale = TimeScale.of(from, to, buckets);
        SelectList list = new SelectList();
        MeasureColumns measures = new MeasureColumns(query, list);
        int startTime = list.add("s.start_time");
        if (groupBy == null) {
            TimelineSums sums = new TimelineSums(scale, oneGroup());
            each(list, row -> measures.addTo(sums.at(0, row.number(startTime)), row));
            return sums.timeline();
        }
        List<@Nullable String> values = new ArrayList<>();
        counts(groupBy).stream()
                .sorted(Comparator.comparingLong((Count count) -> -count.spans)
                        .thenComparing(count -> count.value, VALUES))
                .limit(groups)
                .forEach(count -> values.add(count.value));
        TimelineSums sums = new TimelineSums(scale, values);
        FieldValues<Integer> groupOf = new FieldValues<>(connection, groupBy, list, value -> {
            int group = values.indexOf(value.orElse(null));
            return group < 0 ? values.size() : group; // the last group is that of all other values
        });
        each(list, row -> measures.addTo(sums.at(groupOf.at(row), row.number(startTime)), row));
        return sums.timeline();
    }

    /** Returns the measures for each value of a field, sorted by one of them, the largest first. */
    public List<ValueMeasures> top(SpanField<?> groupBy, Measure order) throws SQLException {
        SelectList list = new SelectList();
        MeasureColumns measures = new MeasureColumns(query, list);
        FieldValues<MeasureSums> values = new FieldValues<>(connection, groupBy, list, value -> new MeasureSums());
        each(list, row -> measures.addTo(values.at(row), row));
        return values.all().stream()
                .map(entry -> new ValueMeasures(
                        entry.getKey().orElse(null), entry.getValue().measures()))
                .sorted(Comparator.comparing(ValueMeasures::measures, order.largestFirst())
                        .thenComparing(ValueMeasures::value, VALUES))
                .limit(query.limit())
                .toList();
    }

    private List<Count> counted(SpanField<?> field) throws SQLException {
        if (field.equals(SpanField.TAG)) {
            return tagKeys();
        }
        if (field.equals(SpanField.FINDING_TYPE)) {
            return detailNames("findings", "finding_type", WITH_FINDINGS);
        }
        if (field.equals(SpanField.FINDING_SEVERITY)) {
            return severities();
        }
        if (field.equals(SpanField.ACTION_NAME)) {
            return detailNames("actions", "name", WITH_ACTIONS);
        }
        return counts(field);
    }

    /** Returns the values of a field that start with a prefix, the most frequent ones first. */
    public List<ValueCount> values(SpanField<?> field, String prefix) throws SQLException {
        return counted(field).stream()
                .filter(count -> count.value != null && TextOrder.startsWith(count.value, prefix))
                .map(count -> new ValueCount(count.value, count.spans))
                .sorted(Comparator.comparingLong(ValueCount::count)
                        .reversed()
                        .thenComparing(ValueCount::value, TextOrder.UTF8))
                .limit(query.limit())
                .toList();
    }

    /** Counts the spans that pass. */
    public SpanCount countSpans(long upTo) throws SQLException {
        long found = connection.number(
                "SELECT count(*) FROM (SELECT 1 FROM " + filter.table() + " WHERE " + condition.sql() + " LIMIT "
                        + (upTo + 1) + ")",
                parameters());
        return SpanCount.of(found, upTo);
    }

    /** Returns findings by type and severity, the most severe ones first. */
    public List<FindingCount> findings() throws SQLException {
        List<FindingCount> counts = new ArrayList<>();
        connection.each(
                "SELECT f.finding_type AS type, f.severity AS severity, sum(f.findings) AS findings, count(*) AS spans,"
                        + " max(s.start_time) AS last_time"
                        + " FROM spans s JOIN findings f ON f.span = s.id WHERE " + condition.sql()
                        + WITH_FINDINGS + " GROUP BY 1, 2",
                row -> counts.add(FindingCount.builder(
                                connection.dictionary().name(row.number("type")),
                                Severity.ofText(row.text("severity")),
                                Times.ofNanos(row.number("last_time")))
                        .findings(row.number("findings"))
                        .spans(row.number("spans"))
                        .build()),
                parameters());
        return counts.stream()
                .sorted(Comparator.comparing(FindingCount::severity)
                        .thenComparing(FindingCount::findings)
                        .reversed()
                        .thenComparing(FindingCount::findingType, TextOrder.UTF8))
                .limit(query.limit())
                .toList();
    }

    /** Returns agents' actions by type and name, the most frequent ones first. */
    public List<ActionCount> actions() throws SQLException {
        record Key(String type, long name) {}
        Map<Key, ActionSums> sums = new HashMap<>();
        SelectList list = new SelectList();
        int span = list.add("a.span");
        int type = list.add("a.action_type");
        int name = list.add("a.name");
        int requested = list.add("a.requested");
        int failed = list.add("a.failed");
        int duration = list.add("coalesce(a.duration_ms, -1)");
        connection.each(
                "SELECT " + list.sql() + " FROM spans s JOIN actions a ON a.span = s.id WHERE " + condition.sql()
                        + WITH_ACTIONS,
                row -> {
                    sums.computeIfAbsent(new Key(row.text(type), row.number(name)), key -> new ActionSums())
                            .add(
                                    row.number(span),
                                    row.number(requested) == 1,
                                    row.number(failed),
                                    row.number(duration));
                    FieldValues.requireFew(sums.size(), "agent_actions.name");
                },
                parameters());
        List<ActionCount> counts = new ArrayList<>();
        for (Map.Entry<Key, ActionSums> entry : sums.entrySet()) {
            Key key = entry.getKey();
            counts.add(entry.getValue()
                    .count(
                            AgentActionType.ofText(key.type),
                            connection.dictionary().name(key.name)));
        }
        return counts.stream()
                .sorted(Comparator.comparingLong(ActionCount::actions)
                        .thenComparingLong(ActionCount::requested)
                        .reversed()
                        .thenComparing(ActionCount::actionType)
                        .thenComparing(ActionCount::name, TextOrder.UTF8))
                .limit(query.limit())
                .toList();
    }

    /** Sums of the actions of one type and name; the actions of a span must be added one after the other. */
    private static final class ActionSums {
        private long actions;
        private long requested;
        private long failures;
        private long spans;
        private long lastSpan = -1;
        private final DurationCounts durations = new DurationCounts();

        void add(long span, boolean onlyRequested, long failed, long durationMs) {
            spans += span == lastSpan ? 0 : 1;
            lastSpan = span;
            if (onlyRequested) {
                requested++;
                return;
            }
            actions++;
            failures += failed;
            if (durationMs >= 0) {
                durations.add(durationMs);
            }
        }

        ActionCount count(AgentActionType type, String name) {
            return ActionCount.builder(type, name)
                    .actions(actions)
                    .requested(requested)
                    .failures(failures)
                    .spans(spans)
                    .durationMs(durations.percentiles())
                    .build();
        }
    }

    private static final class Count {
        private final @Nullable String value;
        private long spans;

        Count(@Nullable String value) {
            this.value = value;
        }
    }

    private List<Count> counts(SpanField<?> of) throws SQLException {
        SelectList list = new SelectList();
        FieldValues<Count> values = new FieldValues<>(connection, of, list, value -> new Count(value.orElse(null)));
        each(list, row -> values.at(row).spans++);
        return values.all().stream().map(Map.Entry::getValue).toList();
    }

    private List<Count> tagKeys() throws SQLException {
        Map<Long, Count> bySet = new HashMap<>();
        SelectList list = new SelectList();
        int tagSet = list.add("coalesce(s.tag_set, " + NO_TAGS + ")");
        each(list, row -> {
            bySet.computeIfAbsent(row.number(tagSet), set -> new Count(null)).spans++;
            FieldValues.requireFew(bySet.size(), SpanField.TAG);
        });
        bySet.remove(NO_TAGS);
        Map<String, Count> byKey = new HashMap<>();
        for (Map.Entry<Long, Count> set : bySet.entrySet()) {
            for (String key : connection.dictionary().tags(set.getKey()).keySet()) {
                byKey.computeIfAbsent(key, Count::new).spans += set.getValue().spans;
            }
        }
        return List.copyOf(byKey.values());
    }

    /** Counts the spans with each name in a table of details. */
    private List<Count> detailNames(String table, String name, String withDetails) throws SQLException {
        return detailValues(
                table, name, withDetails, row -> connection.dictionary().name(row.number("value")));
    }

    private List<Count> severities() throws SQLException {
        return detailValues("findings", "severity", WITH_FINDINGS, row -> row.text("value"));
    }

    private List<Count> detailValues(
            String table, String column, String withDetails, SqliteConnection.RowMapper<String> value)
            throws SQLException {
        List<Count> counts = new ArrayList<>();
        connection.each(
                "SELECT d." + column + " AS value, count(DISTINCT d.span) AS spans FROM spans s JOIN " + table
                        + " d ON d.span = s.id WHERE " + condition.sql() + withDetails + " GROUP BY 1",
                row -> {
                    Count count = new Count(value.map(row));
                    count.spans = row.number("spans");
                    counts.add(count);
                },
                parameters());
        return counts;
    }

    private @Nullable Instant startOf(String direction) throws SQLException {
        Long nanos = connection.numberOrNull(
                "SELECT s.start_time FROM spans s WHERE " + condition.sql() + " ORDER BY s.start_time " + direction
                        + " LIMIT 1",
                parameters());
        return nanos == null ? null : Times.ofNanos(nanos);
    }

    private void each(SelectList list, SqliteConnection.RowHandler handler) throws SQLException {
        connection.each(
                "SELECT " + list.sql() + " FROM " + filter.table() + " WHERE " + condition.sql(),
                handler,
                parameters());
    }

    private @Nullable Object[] parameters() {
        return condition.arguments();
    }

    private static List<@Nullable String> oneGroup() {
        List<@Nullable String> values = new ArrayList<>();
        values.add(null);
        return values;
    }
}
