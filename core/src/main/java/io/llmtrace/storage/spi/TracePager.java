package io.llmtrace.storage.spi;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.ResultTooLargeException;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads all traces that a query selects, page by page. The size of a page follows that of the traces: a page of many small traces
 * costs a store hardly more than one of few, while a few large traces fill the memory. Traces and spans that
 * cannot be read because the store is damaged are left out, so that the others can be saved. Not thread-safe.
 */
public final class TracePager implements ItemPages<TraceEvent> {

    private static final int FIRST_PAGE = 20;
    private static final int LARGEST_PAGE = 4_000;
    /** A page grows at most so many times: the next traces may be larger. */
    private static final int GROWTH = 8;
    /** The same, once the store was too busy for a page: it may be so again. */
    private static final int CAREFUL_GROWTH = 2;

    private static final long PAGE_BYTES = 32 << 20;

    private final TraceRepository repository;
    private @Nullable TraceQuery next;
    private int pageSize = FIRST_PAGE;
    /** A page that is too large for any read is not tried again and again. */
    private int largestPage = LARGEST_PAGE;

    private int growth = GROWTH;
    private DamagedTraces damaged = DamagedTraces.NONE;

    /** Scans from the beginning of the query on; its own limit does not matter. */
    public TracePager(TraceRepository repository, TraceQuery query) {
        this.repository = repository;
        this.next = query;
    }

    /**
     * Returns the next traces; none at the end. A page that the store has no room or time for is read again as a smaller one.
     *
     * @throws OverloadedException if there is no room or time for a single trace
     * @throws CorruptStoreException if the damage of the store hides which trace is the next
     */
    @Override
    public List<TraceEvent> next() {
        TraceQuery query = next;
        while (query != null) {
            Page<TraceEvent> page;
            try {
                page = read(query);
            } catch (CorruptStoreException e) {
                page = readablePage(query, e);
            }
            query = query.next(page).orElse(null);
            next = query;
            if (!page.items().isEmpty()) {
                pageSize = sizeAfter(page.items());
                return page.items();
            }
        }
        return List.of();
    }

    /** Returns the traces and spans that were left out so far. */
    @Override
    public DamagedTraces damaged() {
        return damaged;
    }

    /** Returns a page that ends after the next trace, which is damaged, with what can be read of it. */
    private Page<TraceEvent> readablePage(TraceQuery query, CorruptStoreException damage) {
        TraceQuery one = query.toBuilder().limit(1).build();
        Page<UUID> page;
        try {
            page = idsOf(one);
        } catch (CorruptStoreException e) {
            damage.addSuppressed(e);
            throw damage;
        }
        List<TraceEvent> readable = new ArrayList<>();
        for (UUID trace : page.items()) { // none if it was deleted meanwhile
            readablePart(query.tenantId(), trace, damage).ifPresent(readable::add);
        }
        return new Page<>(readable, page.nextCursor());
    }

    private Optional<TraceEvent> readablePart(UUID tenantId, UUID trace, CorruptStoreException damage) {
        Optional<ReadableTrace> part = Optional.empty();
        try {
            part = StoreIntegrity.of(repository).flatMap(integrity -> integrity.readableTrace(tenantId, trace));
        } catch (CorruptStoreException e) {
            damage.addSuppressed(e);
        }
        if (part.isEmpty() || part.get().trace().spans().isEmpty()) {
            damaged = DamagedTracesValues.withTrace(damaged, trace, String.valueOf(damage.getMessage()));
            return Optional.empty();
        }
        List<SpanIdentity> unreadable = part.get().unreadable().stream()
                .map(span -> new SpanIdentity(trace, span))
                .toList();
        damaged = DamagedTracesValues.withSpans(damaged, unreadable, part.get().reason());
        return part.map(ReadableTrace::trace);
    }

    private Page<UUID> idsOf(TraceQuery query) {
        Optional<StoreIntegrity> integrity = StoreIntegrity.of(repository);
        if (integrity.isPresent()) {
            return integrity.get().queryTraceIds(query);
        }
        Page<TraceSummary> page = repository.queryTraceSummaries(query);
        return new Page<>(page.items().stream().map(TraceSummary::traceId).toList(), page.nextCursor());
    }

    private Page<TraceEvent> read(TraceQuery query) {
        while (true) {
            try {
                return repository.queryTraces(query.toBuilder().limit(pageSize).build());
            } catch (CorruptStoreException e) {
                if (pageSize == 1) {
                    throw e;
                }
                pageSize /= 2;
            } catch (OverloadedException e) {
                if (pageSize == 1) {
                    throw e;
                }
                pageSize /= 2;
                if (e instanceof ResultTooLargeException) {
                    largestPage = pageSize;
                } else {
                    growth = CAREFUL_GROWTH;
                }
            }
        }
    }

    private int sizeAfter(List<TraceEvent> page) {
        long bytes = 1;
        for (TraceEvent trace : page) {
            bytes += MemoryEstimate.ofSpans(trace.spans());
        }
        long fitting = page.size() * PAGE_BYTES / bytes;
        return (int) Math.max(1, Math.min(Math.min(largestPage, growth * (long) page.size()), fitting));
    }
}
