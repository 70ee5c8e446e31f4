package io.llmtrace.storage.sqlite.internal.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A condition in SQL.
 *
 * @param sql an expression that is true or false
 * @param parameters the values of its placeholders, in order
 */
public record Condition(String sql, List<@Nullable Object> parameters) {

    /** A condition that is never true. */
    public static final Condition NEVER = of("FALSE");

    public Condition {
        parameters = Collections.unmodifiableList(new ArrayList<>(parameters));
    }

    /** Returns a condition of SQL and its parameters. */
    public static Condition of(String sql, @Nullable Object... parameters) {
        List<@Nullable Object> values = new ArrayList<>();
        Collections.addAll(values, parameters);
        return new Condition(sql, values);
    }

    /** Returns a condition that holds if all of the given ones hold; always, if there are none. */
    public static Condition all(List<Condition> conditions) {
        List<@Nullable Object> values = new ArrayList<>();
        List<String> parts = new ArrayList<>();
        for (Condition condition : conditions) {
            parts.add(condition.sql);
            values.addAll(condition.parameters);
        }
        return new Condition(parts.isEmpty() ? "TRUE" : String.join(" AND ", parts), values);
    }

    /** Returns a condition that holds if one of the given ones holds. */
    public static Condition any(List<Condition> conditions) {
        List<@Nullable Object> values = new ArrayList<>();
        List<String> parts = new ArrayList<>();
        for (Condition condition : conditions) {
            parts.add("(" + condition.sql + ")");
            values.addAll(condition.parameters);
        }
        return new Condition("(" + String.join(" OR ", parts) + ")", values);
    }

    /** Returns a condition that holds if one of the given two holds. */
    public static Condition either(Condition one, Condition other) {
        List<@Nullable Object> values = new ArrayList<>(one.parameters);
        values.addAll(other.parameters);
        return new Condition("(" + one.sql + " OR " + other.sql + ")", values);
    }

    /** Returns a condition that holds if this one and the given one hold. */
    public Condition and(Condition other) {
        return all(List.of(this, other));
    }

    /** Returns this condition within other SQL, such as {@code EXISTS (…)}. */
    public Condition within(String before, String after) {
        return new Condition(before + sql + after, parameters);
    }

    /** Returns the parameters for a statement that has no others. */
    public @Nullable Object[] arguments() {
        return parameters.toArray();
    }
}
