package io.llmtrace.ingest.internal;

import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceSummary;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Deletes of traces while a part of them may wait in the spool. The outcome is that of a delete after everything that was
 * acknowledged before is stored:
 *
 * <pre>
 *   spool  [ a, b ] [ b, c ]                    delete a, b     ──▶  the store without a and b
 *          [ a, b ] [ b, c ] [ delete a, b ]                    ──▶  later, only c is stored
 * </pre>
 *
 * The spool notes the ids of the traces, not the time that they were created before: this depends on what is stored at the moment of
 * the delete. Meanwhile nothing is drained.
 *
 * <p>The store deletes first: if it refuses, what waits stays as well. A delete that ends between the two, by a crash or since the
 * spool cannot be written, was not acknowledged; what waits is stored later, and the caller has to delete again.
 *
 * <p>Last, what dead letters hold of the traces is removed: a replay must not bring them back. That is not counted, since no read
 * ever showed it.
 */
public final class IngestDeletes {

    private final TraceRepository repository;
    private final @Nullable Spool spool;
    private final @Nullable DeadLetterFile deadLetters;
    private final StoreWriter store;

    /**
     * @param spool null if nothing can wait on disk
     * @param deadLetters null if there is no spool
     */
    public IngestDeletes(
            TraceRepository repository,
            @Nullable Spool spool,
            @Nullable DeadLetterFile deadLetters,
            StoreWriter store) {
        this.repository = repository;
        this.spool = spool;
        this.deadLetters = deadLetters;
        this.store = store;
    }

    /** Deletes a trace, and returns whether it was stored or waiting. */
    public boolean trace(UUID tenantId, UUID traceId) {
        boolean deleted = storedOrWaiting(tenantId, traceId);
        if (deadLetters != null) {
            deadLetters.removeTraces(tenantId, Set.of(traceId));
        }
        return deleted;
    }

    private boolean storedOrWaiting(UUID tenantId, UUID traceId) {
        Spool waiting = spool;
        if (waiting == null || waiting.isEmpty()) {
            return repository.deleteTrace(tenantId, traceId);
        }
        return undisturbed(waiting, () -> {
            boolean waits = createdInSpool(waiting, tenantId).containsKey(traceId);
            boolean stored = repository.deleteTrace(tenantId, traceId);
            if (waits) {
                waiting.appendDelete(tenantId, Set.of(traceId));
            }
            return stored || waits;
        });
    }

    /** Deletes the traces that were created before a time, and returns how many of them were stored or waiting. */
    public long before(UUID tenantId, Instant time) {
        Set<UUID> dead = deadBefore(tenantId, time);
        long deleted = storedOrWaitingBefore(tenantId, time);
        if (deadLetters != null && !dead.isEmpty()) {
            deadLetters.removeTraces(tenantId, dead);
        }
        return deleted;
    }

    /** Returns the traces with dead letters that were created before a time, as far as the letters or the store know. */
    private Set<UUID> deadBefore(UUID tenantId, Instant time) {
        Map<UUID, Instant> created = deadLetters == null ? Map.of() : deadLetters.created(tenantId);
        Set<UUID> dead = new HashSet<>();
        boolean storeHasSome = created.values().stream().anyMatch(at -> !at.isBefore(time))
                && hasBefore(repository.stats(tenantId), time);
        created.forEach((traceId, at) -> {
            Instant stored = at.isBefore(time) || !storeHasSome ? null : storedCreation(tenantId, traceId);
            if (at.isBefore(time) || (stored != null && stored.isBefore(time))) {
                dead.add(traceId);
            }
        });
        return dead;
    }

    private static boolean hasBefore(StorageStats stats, Instant time) {
        Instant oldest = stats.oldestTrace();
        return oldest != null && oldest.isBefore(time);
    }

    private long storedOrWaitingBefore(UUID tenantId, Instant time) {
        Spool waiting = spool;
        if (waiting == null || waiting.isEmpty()) {
            return repository.deleteTracesBefore(tenantId, time);
        }
        return undisturbed(waiting, () -> before(waiting, tenantId, time));
    }

    /** Runs a delete while nothing is stored and nothing drained, and on a thread that is not interrupted while it uses files. */
    private <T> T undisturbed(Spool waiting, Supplier<T> delete) {
        DeletePatience patience = DeletePatience.of(store.patience());
        return store.onOwnThread(() -> waiting.undisturbed(patience, () -> store.exclusively(patience, delete)));
    }

    private long before(Spool waiting, UUID tenantId, Instant time) {
        Map<UUID, Instant> inSpool = createdInSpool(waiting, tenantId);
        StorageStats stats = inSpool.isEmpty() ? StorageStats.EMPTY : repository.stats(tenantId);
        boolean storeHasSome = hasBefore(stats, time);
        Set<UUID> deleted = new HashSet<>();
        Set<UUID> leftByStore = new HashSet<>();
        long notCountedByStore = 0;
        for (Map.Entry<UUID, Instant> trace : inSpool.entrySet()) {
            boolean before = trace.getValue().isBefore(time);
            boolean mayMatter = storeHasSome || (before && stats.totalTraces() > 0);
            Instant stored = mayMatter ? storedCreation(tenantId, trace.getKey()) : null;
            boolean storedBefore = stored != null && stored.isBefore(time);
            if (before || storedBefore) {
                deleted.add(trace.getKey());
            }
            if (before && !storedBefore) {
                notCountedByStore++;
                if (stored != null) {
                    leftByStore.add(trace.getKey()); // created later, as far as the store knows
                }
            }
        }
        long count = repository.deleteTracesBefore(tenantId, time);
        leftByStore.forEach(traceId -> repository.deleteTrace(tenantId, traceId));
        if (!deleted.isEmpty()) {
            waiting.appendDelete(tenantId, deleted);
        }
        return count + notCountedByStore;
    }

    /** Returns when a trace was created, as far as the store knows; null if it is not stored. */
    private @Nullable Instant storedCreation(UUID tenantId, UUID traceId) {
        return repository
                .queryTraceSummaries(
                        TraceQuery.builder(tenantId).traceId(traceId).limit(1).build())
                .items()
                .stream()
                .map(TraceSummary::createdAt)
                .findFirst()
                .orElse(null);
    }

    /** Returns when the traces of a tenant that wait in the spool were created, as far as the spool knows. */
    private static Map<UUID, Instant> createdInSpool(Spool waiting, UUID tenantId) {
        Map<UUID, Instant> created = new HashMap<>();
        waiting.forEach(submission -> {
            if (submission instanceof Submission.Traces some) {
                some.traces().stream()
                        .filter(trace -> trace.tenantId().equals(tenantId))
                        .forEach(trace -> created.merge(trace.traceId(), trace.createdAt(), IngestDeletes::earlier));
            } else {
                submission
                        .allSpans()
                        .filter(span -> span.tenantId().equals(tenantId))
                        .forEach(span -> created.merge(span.traceId(), span.startTime(), IngestDeletes::earlier));
            }
        });
        return created;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
