package io.llmtrace.storage;

import io.llmtrace.model.TraceSpan;
import java.util.Objects;

/**
 * A filter of a query with its value, such as {@code min_cost_usd} with 0.1.
 *
 * @param <T> the type of the value
 * @param filter the filter, which says how the value is compared
 * @param value the value to compare with
 */
public record Criterion<T>(QueryFilter<T> filter, T value) {

    /** Requires both. */
    public Criterion {
        Objects.requireNonNull(filter, "filter");
        Objects.requireNonNull(value, "value");
    }

    /** Returns the value in its text form, as in a request. */
    public String text() {
        return filter.type().format(value);
    }

    /** Returns whether the span passes the filter. */
    boolean passes(TraceSpan span) {
        return filter.passes(span, value);
    }

    /**
     * Checks the value, and throws an {@link IllegalArgumentException} that begins with the filter's name if it is out of
     * range.
     */
    void check() {
        filter.check(value);
    }
}
