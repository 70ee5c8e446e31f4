package io.llmtrace.storage.clickhouse.internal.query;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.Times;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.read.StartHours;
import io.llmtrace.storage.filter.Criterion;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.filter.QueryFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** Translates the filters of a query to SQL conditions on a row of {@code spans}. */
final class SpanFilter {

    private static final QueryFilter<UUID> TRACE_ID = QueryFilter.equalTo(SpanField.TRACE_ID);

    private SpanFilter() {}

    /**
     * Returns the condition. To find a phrase, it reads texts.
     *
     * @param view that of the query's tenant, for conditions that other spans of a trace may meet
     * @param outdated for conditions on attributes of rows that an earlier version wrote
     */
    static Condition of(
            Database database, TraceQuery query, Supplier<LatestVersionView> view, OutdatedAttributes outdated) {
        SpanConditions conditions = new SpanConditions(database, query.tenantId(), hours(query), view, outdated);
        List<Condition> all = new ArrayList<>();
        all.add(hours(query));
        all.add(Condition.of("row_kind != 2"));
        if (query.traceId() != null) {
            // Under a name of its own: pages of one trace find its location by it, too.
            all.add(Condition.of("trace_id = {trace_id:UUID}", "trace_id", query.traceId()));
        }
        for (Criterion<?> criterion : query.criteria()) {
            if (!criterion.isAboutFinding() && !criterion.filter().equals(TRACE_ID)) {
                all.add(conditions.of(criterion));
            }
        }
        List<FilterExpression> ofFinding = query.findingConditions();
        if (!ofFinding.isEmpty()) {
            all.add(conditions.hasFinding(ofFinding));
        }
        for (FilterExpression condition : query.furtherConditions()) {
            if (!condition.isAboutFinding()) {
                all.add(conditions.of(condition));
            }
        }
        return Condition.all(all);
    }

    /** Returns the part of the condition that the table's key alone can answer: the tenant and the hours of the requested times. */
    static Condition hours(TraceQuery query) {
        List<Condition> all = new ArrayList<>();
        all.add(Condition.of("tenant_id = {tenant:UUID}", "tenant", query.tenantId()));
        if (query.startTime() != null) {
            int from = StartHours.of(Times.toNanos(query.startTime()));
            all.add(Condition.of("start_hour >= {from_hour:Int32}", "from_hour", from));
        }
        if (query.endTime() != null) {
            int to = StartHours.of(Times.toNanos(query.endTime()));
            all.add(Condition.of("start_hour <= {to_hour:Int32}", "to_hour", to));
        }
        return Condition.all(all);
    }
}
