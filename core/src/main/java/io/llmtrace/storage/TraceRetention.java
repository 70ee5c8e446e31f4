package io.llmtrace.storage;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The retention of traces for each tenant, an optional capability of a {@link TraceRepository}. The rule is stored with the
 * traces, so it applies to every process that opens the store.
 *
 * <ul>
 *   <li>A trace that is older than its tenant's rule allows expires, and is deleted with all its spans as by
 *       {@link TraceRepository#deleteTrace}. {@link RetentionRule#isExpired} says which traces that are.
 *   <li>The times in the trace count, whenever it was written and whatever the clocks of its clients said. Of a span that was
 *       written again, the last version counts.
 *   <li>A store that is open for writing deletes expired traces itself: within a minute after a process, this or another, has
 *       set a rule, within a minute after the store was opened, and at least once a day. Each backend's README says how often, and
 *       when the space is reclaimed.
 * </ul>
 *
 * <p>Null arguments, illegal ones and errors are handled as in {@link TraceRepository}. All methods block and are thread-safe.
 */
public interface TraceRetention {

    /**
     * Returns the retention of a repository, which is the repository itself.
     *
     * @throws NotSupportedException if the repository does not implement this interface
     */
    static TraceRetention of(TraceRepository repository) {
        if (repository instanceof TraceRetention retention) {
            return retention;
        }
        throw new NotSupportedException(repository + " has no retention: its class does not implement TraceRetention");
    }

    /** Returns a tenant's rule; null, the default, if its traces are kept until they are deleted. */
    @Nullable
    RetentionRule retention(UUID tenantId);

    /**
     * Sets a tenant's rule, durably. The call does not wait until the traces that have expired already are deleted.
     *
     * @param rule null to keep traces until they are deleted
     */
    void setRetention(UUID tenantId, @Nullable RetentionRule rule);

    /**
     * Counts the traces that would have expired if the tenant had this rule. Deletes nothing.
     *
     * @param now the time from which ages are counted
     */
    ExpiredTraces countExpired(UUID tenantId, RetentionRule rule, Instant now);

    /**
     * Deletes the expired traces of every tenant before it returns.
     *
     * @param now the time from which ages are counted
     * @return the exact number of traces that this call deleted
     */
    long deleteExpired(Instant now);
}
