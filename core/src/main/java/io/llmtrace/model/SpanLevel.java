package io.llmtrace.model;

import java.util.Arrays;
import java.util.Locale;

/**
 * How much attention a span asks for, in ascending order. Whether the call succeeded is a separate matter: see
 * {@link SpanStatus}.
 */
public enum SpanLevel {
    DEBUG,
    DEFAULT,
    WARNING,
    ERROR;

    /** Returns the name in JSON and SQL, such as {@code warning}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the level of this name.
     *
     * @throws IllegalArgumentException if no level has that name
     */
    public static SpanLevel ofText(String text) {
        for (SpanLevel level : values()) {
            if (level.text().equals(text)) {
                return level;
            }
        }
        throw new IllegalArgumentException(
                "not a level " + Arrays.stream(values()).map(SpanLevel::text).toList() + ": '" + text + "'");
    }
}
