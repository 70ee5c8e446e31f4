package io.llmtrace.storage.clickhouse.internal.query;

import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A tenant's spans as a table to select from that has one row for each span: its latest version, if that passes a filter. Few spans
 * are written more than once ({@link RewrittenSpans}), so the latest row is determined for these alone:
 *
 * <pre>
 *   rows that pass the filter, of spans written once    ∪    latest rows of rewritten spans, if they pass
 * </pre>
 *
 * A span that is rewritten while a statement runs may count with both versions.
 */
final class LatestVersionView {

    private final UUID tenantId;
    private final Condition rewritten;

    LatestVersionView(RewrittenSpans rewrittenSpans, UUID tenantId) {
        this.tenantId = tenantId;
        this.rewritten = rewrittenSpans.of(tenantId);
    }

    /**
     * A subquery with the values of its parameters.
     *
     * @param sql follows FROM
     */
    record Table(String sql, Map<String, Object> parameters) {}

    /** @param columns expressions over {@code spans} by their names, none of which is a column of {@code spans} */
    Table table(Map<String, String> columns, Condition filter) {
        Map<String, Object> parameters = new LinkedHashMap<>(filter.parameters());
        parameters.put("tenant", tenantId);
        String selected = columns.entrySet().stream()
                .map(column -> column.getValue() + " AS " + column.getKey())
                .collect(Collectors.joining(", "));
        if (rewritten.equals(RewrittenSpans.NONE)) {
            return new Table("(SELECT " + selected + " FROM spans WHERE " + filter.sql() + ")", parameters);
        }
        parameters.putAll(rewritten.parameters());
        StringBuilder ofLatest = new StringBuilder();
        int element = 0;
        for (String name : columns.keySet()) {
            ofLatest.append(element == 0 ? "" : ", ")
                    .append("latest.")
                    .append(++element)
                    .append(" AS ")
                    .append(name);
        }
        String sql = """
                (
                    SELECT %1$s FROM spans WHERE %2$s AND NOT (%3$s)
                    UNION ALL
                    SELECT %4$s FROM (
                        SELECT argMax(tuple(%5$s, coalesce(%2$s, FALSE)), version) AS latest FROM spans
                        WHERE tenant_id = {tenant:UUID} AND row_kind != 2 AND %3$s AND (start_hour, trace_id) IN (
                            SELECT start_hour, trace_id FROM span_places WHERE tenant_id = {tenant:UUID} AND %3$s)
                        GROUP BY trace_id, span_id
                    ) WHERE latest.%6$d
                )""".formatted(
                        selected,
                        filter.sql(),
                        rewritten.sql(),
                        ofLatest,
                        String.join(", ", columns.values()),
                        columns.size() + 1);
        return new Table(sql, parameters);
    }
}
