package io.llmtrace.storage.spi;

import io.llmtrace.storage.Page;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Finds damage of a store, and leads a scan past traces that are damaged: an optional capability of a {@link TraceRepository}.
 *
 * <p>Null arguments and errors are handled as in {@link TraceRepository}. All methods block and are thread-safe.
 */
public interface StoreIntegrity {

    /**
     * Returns the capability of a repository: the repository itself, or what a {@link ForwardingTraceRepository} forwards to.
     * Empty if its store does not have it.
     *
     * @throws io.llmtrace.storage.UnavailableException if the repository is a {@link ReconnectingRepository} that is not open yet
     */
    static Optional<StoreIntegrity> of(TraceRepository repository) {
        if (repository instanceof StoreIntegrity integrity) {
            return Optional.of(integrity);
        }
        return repository instanceof ForwardingTraceRepository forwarding
                ? of(forwarding.delegate())
                : Optional.empty();
    }

    /**
     * Reads the whole store and returns what is damaged, one line each; empty if nothing is found. The content of traces is not
     * checked, only whether it can be found. Takes as long as reading the files from the disk.
     *
     * @param max the most lines
     */
    List<String> findDamage(int max);

    /**
     * Returns the ids of the traces that {@link TraceRepository#queryTraces} returns for the same query, in the same order and with
     * the same cursors. Reads of spans only what the query's filters need.
     */
    Page<UUID> queryTraceIds(TraceQuery query);

    /**
     * Reads what can be read of a trace, where {@link TraceRepository#getTrace} throws a {@code CorruptStoreException}: each span by
     * itself, so it takes longer. Empty if there is no such trace.
     *
     * @throws io.llmtrace.storage.CorruptStoreException if not even the ids of its spans can be read
     */
    Optional<ReadableTrace> readableTrace(UUID tenantId, UUID traceId);
}
