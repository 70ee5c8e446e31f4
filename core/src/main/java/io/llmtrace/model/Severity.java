package io.llmtrace.model;

import java.util.Arrays;

/** How bad a security finding is, with the score that a finding of this severity gives its span. */
public enum Severity {
    INFO("Info", 10),
    LOW("Low", 30),
    MEDIUM("Medium", 60),
    HIGH("High", 80),
    CRITICAL("Critical", 95);

    private final String text;
    private final int score;

    Severity(String text, int score) {
        this.text = text;
        this.score = score;
    }

    /** The name in JSON, such as {@code High}. */
    public String text() {
        return text;
    }

    /** In [0, 100]. */
    public int score() {
        return score;
    }

    /** Whether a finding of this severity asks for an alert unless it says otherwise. */
    public boolean alertsByDefault() {
        return this == HIGH || this == CRITICAL;
    }

    /** @throws IllegalArgumentException if no severity has that name */
    public static Severity ofText(String text) {
        for (Severity severity : values()) {
            if (severity.text.equals(text)) {
                return severity;
            }
        }
        throw new IllegalArgumentException(
                "not a severity " + Arrays.stream(values()).map(Severity::text).toList() + ": '" + text + "'");
    }
}
