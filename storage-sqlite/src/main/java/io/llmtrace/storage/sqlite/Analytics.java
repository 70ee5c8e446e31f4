package io.llmtrace.storage.sqlite;

import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Severity;
import io.llmtrace.model.Times;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.SpanField;
import io.llmtrace.storage.analytics.Timeline;
import io.llmtrace.storage.analytics.ValueCount;
import io.llmtrace.storage.analytics.ValueMeasures;
import io.llmtrace.storage.spi.DurationCounts;
import io.llmtrace.storage.spi.MeasureSums;
import io.llmtrace.storage.spi.TextOrder;
import io.llmtrace.storage.spi.TimeScale;
import io.llmtrace.storage.spi.TimelineSums;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Figures about the spans that a query selects, in one view of the store. Bodies are not read. */
final class Analytics {

    private static final Comparator<@Nullable String> VALUES = Comparator.nullsLast(TextOrder.UTF8);

    /** A span with findings has a score: so an index leads to these. */
    private static final String WITH_ACTIONS = " AND s.action_count IS NOT NULL";

    private static final String WITH_FINDINGS = " AND s.security_score IS NOT NULL AND s.finding_count IS NOT NULL";

    private final Session session;
    private final TraceQuery query;
    private final SpanFilter filter;
    private final Condition condition;

    Analytics(Session session, TextIndex text, TraceQuery query, long tenant) throws SQLException {
        this.session = session;
        this.query = query;
        this.filter = new SpanFilter(session, text, query, tenant);
        this.condition = filter.condition();
    }

    /** What no span is in. */
    static Timeline emptyTimeline(TraceQuery query, int buckets) {
        return query.startTime() == null || query.endTime() == null
                ? new Timeline(null, null, null, Measures.NONE, List.of())
                : new TimelineSums(TimeScale.of(query.startTime(), query.endTime(), buckets), List.of()).timeline();
    }

    Timeline timeline(int buckets, @Nullable SpanField groupBy, int groups) throws SQLException {
        Instant from = query.startTime() == null ? startOf("ASC") : query.startTime();
        Instant to = query.endTime() == null ? startOf("DESC") : query.endTime();
        if (from == null || to == null) {
            return emptyTimeline(query, buckets);
        }
        TimeScale scale = TimeScale.of(from, to, buckets);
        MeasureColumns measures = new MeasureColumns(query);
        if (groupBy == null) {
            TimelineSums sums = new TimelineSums(scale, oneGroup());
            each(measures.sql + ", s.start_time", row -> measures.addTo(sums.at(0, row.getLong(7)), row, 1));
            return sums.timeline();
        }
        List<@Nullable String> values = new ArrayList<>();
        counts(groupBy).stream()
                .sorted(Comparator.comparingLong((Count count) -> -count.spans)
                        .thenComparing(count -> count.value, VALUES))
                .limit(groups)
                .forEach(count -> values.add(count.value));
        TimelineSums sums = new TimelineSums(scale, values);
        FieldValues field = new FieldValues(session, groupBy);
        FieldValues.Found<Integer> places = field.collect(value -> {
            int place = values.indexOf(value.orElse(null));
            return place < 0 ? values.size() : place;
        });
        each(
                measures.sql + ", s.start_time, " + field.expression(),
                row -> measures.addTo(sums.at(places.at(row, 8), row.getLong(7)), row, 1));
        return sums.timeline();
    }

    List<ValueMeasures> top(SpanField groupBy, Measure order) throws SQLException {
        FieldValues field = new FieldValues(session, groupBy);
        FieldValues.Found<MeasureSums> found = field.collect(value -> new MeasureSums());
        MeasureColumns measures = new MeasureColumns(query);
        each(measures.sql + ", " + field.expression(), row -> measures.addTo(found.at(row, 7), row, 1));
        return found.all().stream()
                .map(entry -> new ValueMeasures(
                        entry.getKey().orElse(null), entry.getValue().measures()))
                .sorted(Comparator.comparing(ValueMeasures::measures, order.largestFirst())
                        .thenComparing(ValueMeasures::value, VALUES))
                .limit(query.limit())
                .toList();
    }

    List<ValueCount> values(SpanField field, String prefix) throws SQLException {
        List<Count> counts = switch (field.column()) {
            case TAG -> tagKeys();
            case FINDING_TYPE -> detailNames("findings", "finding_type", WITH_FINDINGS);
            case FINDING_SEVERITY -> severities();
            case ACTION_NAME -> detailNames("actions", "name", WITH_ACTIONS);
            default -> counts(field);
        };
        return counts.stream()
                .filter(count -> count.value != null && TextOrder.startsWith(count.value, prefix))
                .map(count -> new ValueCount(count.value, count.spans))
                .sorted(Comparator.comparingLong(ValueCount::count)
                        .reversed()
                        .thenComparing(ValueCount::value, TextOrder.UTF8))
                .limit(query.limit())
                .toList();
    }

    List<FindingCount> findings() throws SQLException {
        List<FindingCount> counts = new ArrayList<>();
        session.each(
                "SELECT f.finding_type, f.severity, sum(f.findings), count(*), max(s.start_time)"
                        + " FROM spans s JOIN findings f ON f.span = s.id WHERE " + condition.sql()
                        + WITH_FINDINGS + " GROUP BY 1, 2",
                row -> counts.add(new FindingCount(
                        session.interned().name(row.getLong(1)),
                        Severity.ofText(row.getString(2)),
                        row.getLong(3),
                        row.getLong(4),
                        Times.ofNanos(row.getLong(5)))),
                parameters());
        return counts.stream()
                .sorted(Comparator.comparing(FindingCount::severity)
                        .thenComparing(FindingCount::findings)
                        .reversed()
                        .thenComparing(FindingCount::findingType, TextOrder.UTF8))
                .limit(query.limit())
                .toList();
    }

    List<ActionCount> actions() throws SQLException {
        record Key(String type, long name) {}
        Map<Key, ActionSums> sums = new HashMap<>();
        session.each(
                "SELECT a.span, a.action_type, a.name, a.requested, a.failed, coalesce(a.duration_ms, -1)"
                        + " FROM spans s JOIN actions a ON a.span = s.id WHERE " + condition.sql()
                        + WITH_ACTIONS,
                row -> {
                    sums.computeIfAbsent(new Key(row.getString(2), row.getLong(3)), key -> new ActionSums())
                            .add(row.getLong(1), row.getBoolean(4), row.getInt(5), row.getLong(6));
                    FieldValues.requireFew(sums.size(), "agent_actions.name");
                },
                parameters());
        List<ActionCount> counts = new ArrayList<>();
        for (Map.Entry<Key, ActionSums> entry : sums.entrySet()) {
            String name = session.interned().name(entry.getKey().name);
            counts.add(entry.getValue().count(AgentActionType.ofText(entry.getKey().type), name));
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

    /** The actions of a span come together. */
    private static final class ActionSums {
        private long actions;
        private long requested;
        private long failures;
        private long spans;
        private long lastSpan = -1;
        private final DurationCounts durations = new DurationCounts();

        void add(long span, boolean onlyRequested, int failed, long durationMs) {
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
            return new ActionCount(type, name, actions, requested, failures, spans, durations.percentiles());
        }
    }

    private static final class Count {
        private final @Nullable String value;
        private long spans;

        Count(@Nullable String value) {
            this.value = value;
        }
    }

    private List<Count> counts(SpanField of) throws SQLException {
        FieldValues field = new FieldValues(session, of);
        FieldValues.Found<Count> found = field.collect(value -> new Count(value.orElse(null)));
        each(field.expression(), row -> found.at(row, 1).spans++);
        return found.all().stream().map(Map.Entry::getValue).toList();
    }

    private List<Count> tagKeys() throws SQLException {
        Map<Long, Count> bySet = new HashMap<>();
        each("coalesce(s.tag_set, 0)", row -> {
            bySet.computeIfAbsent(row.getLong(1), set -> new Count(null)).spans++;
            FieldValues.requireFew(bySet.size(), SpanField.TAG);
        });
        bySet.remove(0L);
        Map<String, Count> byKey = new HashMap<>();
        for (Map.Entry<Long, Count> set : bySet.entrySet()) {
            for (String key : session.interned().tags(set.getKey()).keySet()) {
                byKey.computeIfAbsent(key, Count::new).spans += set.getValue().spans;
            }
        }
        return List.copyOf(byKey.values());
    }

    /** Names in a table of details, with how many spans have each. */
    private List<Count> detailNames(String table, String name, String withDetails) throws SQLException {
        return detailValues(table, name, withDetails, row -> session.interned().name(row.getLong(1)));
    }

    private List<Count> severities() throws SQLException {
        return detailValues("findings", "severity", WITH_FINDINGS, row -> row.getString(1));
    }

    private List<Count> detailValues(String table, String column, String withDetails, Session.RowMapper<String> value)
            throws SQLException {
        List<Count> counts = new ArrayList<>();
        session.each(
                "SELECT d." + column + ", count(DISTINCT d.span) FROM spans s JOIN " + table
                        + " d ON d.span = s.id WHERE " + condition.sql() + withDetails + " GROUP BY 1",
                row -> {
                    Count count = new Count(value.map(row));
                    count.spans = row.getLong(2);
                    counts.add(count);
                },
                parameters());
        return counts;
    }

    private @Nullable Instant startOf(String direction) throws SQLException {
        Long nanos = session.first(
                "SELECT s.start_time FROM spans s WHERE " + condition.sql() + " ORDER BY s.start_time " + direction
                        + " LIMIT 1",
                row -> row.getLong(1),
                parameters());
        return nanos == null ? null : Times.ofNanos(nanos);
    }

    private void each(String columns, Session.RowHandler handler) throws SQLException {
        session.each(
                "SELECT " + columns + " FROM " + filter.table() + " WHERE " + condition.sql(), handler, parameters());
    }

    private @Nullable Object[] parameters() {
        return condition.parameters().toArray();
    }

    private static List<@Nullable String> oneGroup() {
        List<@Nullable String> values = new ArrayList<>();
        values.add(null);
        return values;
    }
}
