package io.llmtrace.otlp.internal.usage;

import io.llmtrace.otlp.internal.wire.Decode;
import org.jspecify.annotations.Nullable;

/** Arithmetic of token counts that may be unknown. */
final class Counts {

    private Counts() {}

    static long orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }

    /** Adds counts, unknown ones as 0; returns the greatest long if their sum exceeds it. */
    static long sum(@Nullable Long a, @Nullable Long b) {
        return Decode.saturatedSum(orZero(a), orZero(b));
    }

    /** Returns two rules, separated by a comma. */
    static String joined(@Nullable String rule, String other) {
        return rule == null ? other : rule + "," + other;
    }
}
