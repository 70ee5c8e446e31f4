package io.llmtrace.testkit;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** One of the four queries that return pages, read page by page with its cursors. */
final class PagedQuery<T> {

    static final PagedQuery<TraceEvent> TRACES =
            new PagedQuery<>("traces", TraceRepository::queryTraces, TraceEvent::traceId, TraceEvent::traceId);
    static final PagedQuery<TraceSummary> SUMMARIES = new PagedQuery<>(
            "summaries", TraceRepository::queryTraceSummaries, TraceSummary::traceId, TraceSummary::traceId);
    static final PagedQuery<TraceSpan> SPANS =
            new PagedQuery<>("spans", TraceRepository::querySpans, TraceSpan::traceId, SpanIdentity::of);
    static final PagedQuery<SpanOutline> OUTLINES = new PagedQuery<>(
            "outlines",
            TraceRepository::querySpanOutlines,
            SpanOutline::traceId,
            span -> new SpanIdentity(span.traceId(), span.spanId()));

    static final List<PagedQuery<?>> ALL = List.of(TRACES, SUMMARIES, SPANS, OUTLINES);

    /** More pages than any test has: an endless scan must fail, not hang. */
    private static final int MAX_PAGES = 20_000;

    private final String name;
    private final Query<T> query;
    private final Function<T, UUID> traceId;
    private final Function<T, Object> identity;

    private PagedQuery(String name, Query<T> query, Function<T, UUID> traceId, Function<T, Object> identity) {
        this.name = name;
        this.query = query;
        this.traceId = traceId;
        this.identity = identity;
    }

    Page<T> page(TraceRepository repository, TraceQuery of) {
        return query.page(repository, of);
    }

    FetchedPage<T> first(TraceRepository repository, TraceQuery of) {
        return new FetchedPage<>(this, repository, of, page(repository, of));
    }

    /** Returns all pages, including the first. */
    List<FetchedPage<T>> all(TraceRepository repository, TraceQuery of) {
        FetchedPage<T> first = first(repository, of);
        List<FetchedPage<T>> pages = new ArrayList<>(List.of(first));
        pages.addAll(first.rest());
        return pages;
    }

    /** Returns the identity of an item, which does not change with its content or its time. */
    Object identityOf(T item) {
        return identity.apply(item);
    }

    @Override
    public String toString() {
        return name;
    }

    private interface Query<T> {
        Page<T> page(TraceRepository repository, TraceQuery query);
    }

    /** A page that was read, with the query that returned it. */
    record FetchedPage<T>(PagedQuery<T> pagedQuery, TraceRepository repository, TraceQuery query, Page<T> page) {

        List<T> items() {
            return page.items();
        }

        List<UUID> traceIds() {
            return items().stream().map(pagedQuery.traceId).toList();
        }

        Optional<FetchedPage<T>> next() {
            return query.next(page).map(next -> pagedQuery.first(repository, next));
        }

        /** Returns all following pages. */
        List<FetchedPage<T>> rest() {
            List<FetchedPage<T>> rest = new ArrayList<>();
            Optional<FetchedPage<T>> page = next();
            while (page.isPresent()) {
                rest.add(page.get());
                if (rest.size() > MAX_PAGES) {
                    throw new AssertionError("scan over " + pagedQuery + " does not end: " + query);
                }
                page = page.get().next();
            }
            return rest;
        }
    }
}
