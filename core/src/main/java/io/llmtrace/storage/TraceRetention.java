package io.llmtrace.storage;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How long the traces of each tenant are kept, beside {@link TraceRepository}. It is stored with them, and so holds for every
 * process that opens the store.
 *
 * <p>A trace is as old as its {@code created_at} says. It goes when that lies further back than its tenant's days, with all of
 * its spans, as {@link TraceRepository#deleteTracesBefore} removes it: also when it was written a moment ago, with old times. A
 * durable store that is open for writing looks for such traces by itself, at least once a day; each backend's README says how
 * often.
 *
 * <p>Null arguments, wrong ones and errors are as in {@link TraceRepository}. All methods block, and are safe to call from many
 * threads.
 */
public interface TraceRetention {

    int MAX_DAYS = 36_500;

    /**
     * The retention of a repository: itself, when its class implements this interface, too.
     *
     * @throws NotSupportedException if it does not
     */
    static TraceRetention of(TraceRepository repository) {
        if (repository instanceof TraceRetention retention) {
            return retention;
        }
        throw new NotSupportedException(repository + " has no retention: its class does not implement TraceRetention");
    }

    /** In days of 24 hours; null if its traces are kept until they are deleted, as those of any tenant are at first. */
    @Nullable
    Integer retentionDays(UUID tenantId);

    /**
     * Durable when it returns. What is too old by then goes the next time that somebody looks, not at once.
     *
     * @param days in [1, {@value #MAX_DAYS}], or null to keep traces until they are deleted
     */
    void setRetentionDays(UUID tenantId, @Nullable Integer days);

    /**
     * Removes of every tenant what is too old at a time.
     *
     * @return exactly how many traces this call removed
     */
    long deleteExpired(Instant now);
}
