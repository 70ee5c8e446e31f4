package io.llmtrace.storage;

import io.llmtrace.model.TraceEvent;
import java.time.Duration;
import java.time.Instant;

/** How long the traces of a tenant are kept. */
public sealed interface RetentionRule permits RetentionRuleValues {

    /** The most days, about 100 years. */
    int MAX_DAYS = 36_500;

    /** Returns a rule that counts the days from the start of a trace. */
    static RetentionRule of(int days) {
        return of(days, RetentionBasis.START);
    }

    /**
     * Returns a rule.
     *
     * @param days of 24 hours
     * @param by the time of a trace from which the days are counted
     * @throws IllegalArgumentException if the days are not in [1, {@value #MAX_DAYS}]
     */
    static RetentionRule of(int days, RetentionBasis by) {
        return new RetentionRuleValues(days, by);
    }

    /** Returns the days of 24 hours, in [1, {@value #MAX_DAYS}]. */
    int days();

    /** Returns the time of a trace from which the days are counted. */
    RetentionBasis by();

    /** Returns the earliest time of a trace that is kept. Traces before it have expired. */
    default Instant cutoff(Instant now) {
        return now.minus(Duration.ofDays(days()));
    }

    /** Returns whether a trace has expired; this is the definition for all stores. */
    default boolean isExpired(TraceEvent trace, Instant now) {
        return by().timeOf(trace).isBefore(cutoff(now));
    }
}
