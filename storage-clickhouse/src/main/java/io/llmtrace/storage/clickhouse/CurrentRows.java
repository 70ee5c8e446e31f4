package io.llmtrace.storage.clickhouse;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The rows of a tenant's spans that count, as a table to select from: of each span the last version, if it passes a filter. Few
 * spans are written more than once, and {@code span_places} knows which. So the last row is looked for among these alone, and all
 * others are taken as they come:
 *
 * <pre>
 *   rows that pass the filter, of spans written once    ∪    last rows of spans written again, if they pass
 * </pre>
 *
 * A span that is written again while an answer is made may count in it with both versions.
 */
final class CurrentRows {

    /** Up to so many are named in the statement; of more it finds them itself. */
    private static final int FEW = 2_000;

    private static final String WRITTEN_AGAIN = """
            SELECT %s FROM span_places WHERE tenant_id = {tenant:UUID}
            GROUP BY tenant_id, span_id, trace_id HAVING sum(length(versions)) > 1""";

    private final UUID tenantId;
    private final Condition writtenAgain;

    private CurrentRows(UUID tenantId, Condition writtenAgain) {
        this.tenantId = tenantId;
        this.writtenAgain = writtenAgain;
    }

    /**
     * A part of a statement, with the values of its parameters.
     *
     * @param sql to stand behind FROM
     */
    record Table(String sql, Map<String, Object> parameters) {}

    static CurrentRows of(Database database, UUID tenantId) {
        List<UUID> spans = database.read(
                Sql.of(
                                "spans written again",
                                "SELECT DISTINCT span_id FROM (" + WRITTEN_AGAIN.formatted("span_id") + ") LIMIT " + (FEW + 1)
                                        + " SETTINGS optimize_aggregation_in_order = 1")
                        .with("tenant", tenantId),
                RowInput::readUuid);
        if (spans.isEmpty()) {
            return new CurrentRows(tenantId, Condition.of("FALSE"));
        }
        // By the ids of spans alone these may be some too many, which does no harm.
        Condition condition = spans.size() <= FEW
                ? Condition.of("span_id IN {written_again:Array(UUID)}", "written_again", Sql.ids(spans))
                : Condition.of("(trace_id, span_id) IN (" + WRITTEN_AGAIN.formatted("trace_id, span_id") + ")");
        return new CurrentRows(tenantId, condition);
    }

    /** @param columns expressions over {@code spans} by their names, which are none of its columns */
    Table table(Map<String, String> columns, Condition filter) {
        Map<String, Object> parameters = new LinkedHashMap<>(filter.parameters());
        parameters.put("tenant", tenantId);
        String selected = columns.entrySet().stream()
                .map(column -> column.getValue() + " AS " + column.getKey())
                .collect(Collectors.joining(", "));
        if (writtenAgain.sql().equals("FALSE")) {
            return new Table("(SELECT " + selected + " FROM spans WHERE " + filter.sql() + ")", parameters);
        }
        parameters.putAll(writtenAgain.parameters());
        StringBuilder ofLast = new StringBuilder();
        int place = 0;
        for (String name : columns.keySet()) {
            ofLast.append(place == 0 ? "" : ", ").append("last.").append(++place).append(" AS ").append(name);
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
