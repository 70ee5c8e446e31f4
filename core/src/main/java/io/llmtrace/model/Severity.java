package io.llmtrace.model;

import java.util.Arrays;

/** The severity of a security finding, from least to most severe. */
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

    /** Returns the name in JSON, such as {@code High}. */
    public String text() {
        return text;
    }

    /** Returns the security score that a finding of this severity gives its span, in [0, 100]. */
    public int score() {
        return score;
    }

    /** Returns whether a finding of this severity requires an alert unless it says otherwise. */
    public boolean alertsByDefault() {
        return this == HIGH || this == CRITICAL;
    }

    /**
     * Returns the severity with a name.
     *
     * @throws IllegalArgumentException if no severity has that name
     */
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
