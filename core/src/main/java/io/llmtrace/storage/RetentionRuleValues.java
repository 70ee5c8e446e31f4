package io.llmtrace.storage;

import java.util.Objects;

/** The implementation of a rule. It is not public, so that a new component breaks no caller. */
record RetentionRuleValues(int days, RetentionBasis by) implements RetentionRule {

    RetentionRuleValues {
        Objects.requireNonNull(by, "by");
        if (days < 1 || days > MAX_DAYS) {
            throw new IllegalArgumentException("days not in [1, " + MAX_DAYS + "]: " + days);
        }
    }

    @Override
    public String toString() {
        return "RetentionRule[days=" + days + ", by=" + by.text() + "]";
    }
}
