package io.llmtrace.model;

import java.util.Locale;

/** The outcome of a call. */
public enum SpanStatus {
    OK,
    ERROR;

    /** Returns the name in JSON, such as {@code error}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the status with a name.
     *
     * @throws IllegalArgumentException if no status has that name
     */
    public static SpanStatus ofText(String text) {
        for (SpanStatus status : values()) {
            if (status.text().equals(text)) {
                return status;
            }
        }
        throw new IllegalArgumentException("not a status [ok, error]: '" + text + "'");
    }
}
