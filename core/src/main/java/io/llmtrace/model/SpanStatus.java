package io.llmtrace.model;

import java.util.Locale;

/** Whether a call succeeded. */
public enum SpanStatus {
    OK,
    ERROR;

    /** The name in JSON, such as {@code error}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no status has that name */
    public static SpanStatus ofText(String text) {
        for (SpanStatus status : values()) {
            if (status.text().equals(text)) {
                return status;
            }
        }
        throw new IllegalArgumentException("not a status [ok, error]: '" + text + "'");
    }
}
