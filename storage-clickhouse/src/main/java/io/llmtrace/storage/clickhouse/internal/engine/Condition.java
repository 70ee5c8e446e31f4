package io.llmtrace.storage.clickhouse.internal.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A boolean SQL expression with the values of its parameters. All parameters of one statement must differ in name. */
public record Condition(String sql, Map<String, Object> parameters) {

    public static Condition of(String sql) {
        return new Condition(sql, Map.of());
    }

    public static Condition of(String sql, String parameter, Object value) {
        return new Condition(sql, Map.of(parameter, value));
    }

    /** Returns the conjunction of the conditions; true if there are none. */
    public static Condition all(List<Condition> conditions) {
        Map<String, Object> values = new LinkedHashMap<>();
        List<String> parts = new ArrayList<>();
        for (Condition condition : conditions) {
            parts.add(condition.sql);
            values.putAll(condition.parameters);
        }
        return new Condition(parts.isEmpty() ? "TRUE" : String.join(" AND ", parts), values);
    }

    /** Returns the disjunction of the conditions, of which there is at least one. */
    public static Condition any(List<Condition> conditions) {
        Map<String, Object> values = new LinkedHashMap<>();
        List<String> parts = new ArrayList<>();
        for (Condition condition : conditions) {
            parts.add("(" + condition.sql + ")");
            values.putAll(condition.parameters);
        }
        return new Condition("(" + String.join(" OR ", parts) + ")", values);
    }

    /** Returns this condition within other SQL, such as {@code NOT (…)}. */
    public Condition within(String before, String after) {
        return new Condition(before + sql + after, parameters);
    }

    /** Returns this condition with a further parameter. */
    public Condition with(String parameter, Object value) {
        Map<String, Object> values = new LinkedHashMap<>(parameters);
        values.put(parameter, value);
        return new Condition(sql, values);
    }

    public Condition and(Condition other) {
        return all(List.of(this, other));
    }
}
