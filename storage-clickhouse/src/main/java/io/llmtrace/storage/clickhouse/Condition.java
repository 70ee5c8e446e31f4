package io.llmtrace.storage.clickhouse;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A piece of SQL that is true or false, with the values of its parameters. Parameters of one statement differ in name. */
record Condition(String sql, Map<String, Object> parameters) {

    static Condition of(String sql) {
        return new Condition(sql, Map.of());
    }

    static Condition of(String sql, String parameter, Object value) {
        return new Condition(sql, Map.of(parameter, value));
    }

    static Condition all(List<Condition> conditions) {
        Map<String, Object> values = new LinkedHashMap<>();
        List<String> parts = new ArrayList<>();
        for (Condition condition : conditions) {
            parts.add(condition.sql);
            values.putAll(condition.parameters);
        }
        return new Condition(parts.isEmpty() ? "TRUE" : String.join(" AND ", parts), values);
    }

    Condition and(Condition other) {
        return all(List.of(this, other));
    }
}
