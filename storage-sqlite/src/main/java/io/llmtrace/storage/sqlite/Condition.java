package io.llmtrace.storage.sqlite;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A piece of SQL that is true or false, with the values of its parameters in their order. */
record Condition(String sql, List<@Nullable Object> parameters) {

    static final Condition NEVER = of("FALSE");

    Condition {
        parameters = Collections.unmodifiableList(new ArrayList<>(parameters));
    }

    static Condition of(String sql, @Nullable Object... parameters) {
        List<@Nullable Object> values = new ArrayList<>();
        Collections.addAll(values, parameters);
        return new Condition(sql, values);
    }

    static Condition all(List<Condition> conditions) {
        List<@Nullable Object> values = new ArrayList<>();
        List<String> parts = new ArrayList<>();
        for (Condition condition : conditions) {
            parts.add(condition.sql);
            values.addAll(condition.parameters);
        }
        return new Condition(parts.isEmpty() ? "TRUE" : String.join(" AND ", parts), values);
    }

    static Condition either(Condition one, Condition other) {
        List<@Nullable Object> values = new ArrayList<>(one.parameters);
        values.addAll(other.parameters);
        return new Condition("(" + one.sql + " OR " + other.sql + ")", values);
    }

    Condition and(Condition other) {
        return all(List.of(this, other));
    }
}
