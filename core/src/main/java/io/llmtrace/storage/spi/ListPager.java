package io.llmtrace.storage.spi;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceSummary;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads all spans, or the summaries of all traces, that a query selects, in pages whose size follows that of the items, like
 * {@link TracePager}. Spans that cannot be read because the store is damaged are left out.
 */
public final class ListPager<T> implements ItemPages<T> {

    private static final int FIRST_PAGE = 100;
    private static final int LARGEST_PAGE = 2_000;
    private static final int GROWTH = 4;
    private static final long PAGE_BYTES = 32 << 20;

    private final TraceRepository repository;
    private final Function<TraceQuery, Page<T>> reader;
    private final ToLongFunction<List<T>> bytesOf;
    private @Nullable TraceQuery next;
    private int pageSize = FIRST_PAGE;
    private int largestPage = LARGEST_PAGE;
    private DamagedTraces damaged = DamagedTraces.NONE;

    private ListPager(
            TraceRepository repository,
            TraceQuery query,
            Function<TraceQuery, Page<T>> reader,
            ToLongFunction<List<T>> bytesOf) {
        this.repository = repository;
        this.reader = reader;
        this.bytesOf = bytesOf;
        this.next = query;
    }

    /** Scans spans from the beginning of the query on; its own limit does not matter. */
    public static ListPager<TraceSpan> ofSpans(TraceRepository repository, TraceQuery query) {
        return new ListPager<>(repository, query, repository::querySpans, MemoryEstimate::ofSpans);
    }

    /** Scans summaries of traces from the beginning of the query on; its own limit does not matter. */
    public static ListPager<TraceSummary> ofSummaries(TraceRepository repository, TraceQuery query) {
        return new ListPager<>(repository, query, repository::queryTraceSummaries, items -> 0);
    }

    /**
     * Returns the next items; none at the end. A page that the store has no room or time for is read again as a smaller one.
     *
     * @throws OverloadedException if there is no room or time for a single item
     * @throws CorruptStoreException if the damage of the store hides which item is the next
     */
    @Override
    public List<T> next() {
        TraceQuery query = next;
        while (query != null) {
            Page<T> page = read(query);
            query = query.next(page).orElse(null);
            next = query;
            if (!page.items().isEmpty()) {
                long bytes = 1 + bytesOf.applyAsLong(page.items());
                long fitting = page.items().size() * PAGE_BYTES / bytes;
                int grown = Math.min(largestPage, GROWTH * page.items().size());
                pageSize = (int) Math.max(1, Math.min(grown, fitting));
                return page.items();
            }
        }
        return List.of();
    }

    @Override
    public DamagedTraces damaged() {
        return damaged;
    }

    private Page<T> read(TraceQuery query) {
        while (true) {
            try {
                return reader.apply(query.toBuilder().limit(pageSize).build());
            } catch (CorruptStoreException e) {
                if (pageSize == 1) {
                    return without(query.toBuilder().limit(1).build(), e);
                }
                pageSize /= 2;
            } catch (OverloadedException e) {
                if (pageSize == 1) {
                    throw e;
                }
                pageSize /= 2;
                largestPage = pageSize;
            }
        }
    }

    /** Returns a page without the next span, which is damaged. */
    private Page<T> without(TraceQuery query, CorruptStoreException damage) {
        Page<SpanOutline> outlines;
        try {
            outlines = repository.querySpanOutlines(query);
        } catch (CorruptStoreException e) {
            damage.addSuppressed(e);
            throw damage;
        }
        List<SpanIdentity> unreadable = outlines.items().stream()
                .map(span -> new SpanIdentity(span.traceId(), span.spanId()))
                .toList();
        damaged = DamagedTracesValues.withSpans(damaged, unreadable, String.valueOf(damage.getMessage()));
        return new Page<>(List.of(), outlines.nextCursor());
    }
}
