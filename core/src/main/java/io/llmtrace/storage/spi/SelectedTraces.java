package io.llmtrace.storage.spi;

import io.llmtrace.storage.Page;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceSummary;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/** Deletes of the traces that a query selects. */
public final class SelectedTraces {

    private static final int PAGE = 1_000;

    private SelectedTraces() {}

    /**
     * Deletes the traces that a query selects on all pages together, one after the other. If a delete fails, those before it are
     * deleted.
     *
     * @param delete deletes a trace, and returns whether there was one
     * @return how many traces were deleted
     * @throws IllegalArgumentException if the query has no filter: a mistake must not empty the store
     */
    public static long delete(TraceRepository repository, TraceQuery query, Predicate<UUID> delete) {
        requireFilter(query);
        long deleted = 0;
        Optional<TraceQuery> next =
                Optional.of(query.toBuilder().cursor(null).offset(0).limit(PAGE).build());
        while (next.isPresent()) {
            Page<TraceSummary> page = repository.queryTraceSummaries(next.get());
            deleted += page.items().stream()
                    .filter(trace -> delete.test(trace.traceId()))
                    .count();
            next = next.get().next(page);
        }
        return deleted;
    }

    /**
     * Checks that a query is meant for a delete.
     *
     * @throws IllegalArgumentException if it has no filter
     */
    public static void requireFilter(TraceQuery query) {
        if (!query.filtersSpans() && query.traceId() == null) {
            throw new IllegalArgumentException("no filter given: this would delete every trace");
        }
    }
}
