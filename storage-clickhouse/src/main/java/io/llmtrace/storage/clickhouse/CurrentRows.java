package io.llmtrace.storage.clickhouse;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The rows of a tenant's spans that count, as a table to select from: of each span the last version, if it passes a filter. Few
 * spans are written more than once ({@link WrittenAgain}). So the last row is looked for among these alone, and all
 * others are taken as they come:
 *
 * <pre>
 *   rows that pass the filter, of spans written once    ∪    last rows of spans written again, if they pass
 * </pre>
 *
 * A span that is written again while an answer is made may count in it with both versions.
 */
final class CurrentRows {

    private final UUID tenantId;
    private final Condition writtenAgain;

    CurrentRows(WrittenAgain writtenAgain, UUID tenantId) {
        this.tenantId = tenantId;
        this.writtenAgain = writtenAgain.of(tenantId);
    }

    /**
     * A part of a statement, with the values of its parameters.
     *
     * @param sql to stand behind FROM
     */
    record Table(String sql, Map<String, Object> parameters) {}

    /** @param columns expressions over {@code spans} by their names, which are none of its columns */
    Table table(Map<String, String> columns, Condition filter) {
        Map<String, Object> parameters = new LinkedHashMap<>(filter.parameters());
        parameters.put("tenant", tenantId);
        String selected = columns.entrySet().stream()
                .map(column -> column.getValue() + " AS " + column.getKey())
                .collect(Collectors.joining(", "));
        if (writtenAgain.equals(WrittenAgain.NONE)) {
            return new Table("(SELECT " + selected + " FROM spans WHERE " + filter.sql() + ")", parameters);
        }
        parameters.putAll(writtenAgain.parameters());
        StringBuilder ofLast = new StringBuilder();
        int place = 0;
        for (String name : columns.keySet()) {
            ofLast.append(place == 0 ? "" : ", ")
                    .append("last.")
                    .append(++place)
                    .append(" AS ")
                    .append(name);
        }
        String sql = """
                (
                    SELECT %1$s FROM spans WHERE %2$s AND NOT (%3$s)
                    UNION ALL
                    SELECT %4$s FROM (
                        SELECT argMax(tuple(%5$s, coalesce(%2$s, FALSE)), version) AS last FROM spans
                        WHERE tenant_id = {tenant:UUID} AND row_kind != 2 AND %3$s AND (start_hour, trace_id) IN (
                            SELECT start_hour, trace_id FROM span_places WHERE tenant_id = {tenant:UUID} AND %3$s)
                        GROUP BY trace_id, span_id
                    ) WHERE last.%6$d
                )""".formatted(
                        selected,
                        filter.sql(),
                        writtenAgain.sql(),
                        ofLast,
                        String.join(", ", columns.values()),
                        columns.size() + 1);
        return new Table(sql, parameters);
    }
}
