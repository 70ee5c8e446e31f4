package io.llmtrace.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Argument checks whose messages are the failed expression and the value, such as {@code prompt_tokens < 0: -5}. */
final class Checks {

    private Checks() {}

    static void argument(boolean holds, String failedExpression, @Nullable Object value) {
        if (!holds) {
            throw new IllegalArgumentException(failedExpression + ": " + value);
        }
    }

    static void notNegative(@Nullable Long value, String field) {
        if (value != null && value < 0) {
            throw new IllegalArgumentException(field + " < 0: " + value);
        }
    }

    static void notNegative(@Nullable Double value, String field) {
        if (value != null && !(value >= 0)) {
            throw new IllegalArgumentException(field + " < 0: " + value);
        }
    }

    static void within(@Nullable Integer value, int minimum, int maximum, String field) {
        if (value != null && (value < minimum || value > maximum)) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s not in [%d, %d]: %d", field, minimum, maximum, value));
        }
    }
}
