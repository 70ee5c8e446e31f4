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

/** Walks along the cursors of one of the four queries. */
final class Walks<T extends Record> {

    static final Walks<TraceEvent> TRACES =
            new Walks<>("traces", TraceRepository::queryTraces, TraceEvent::traceId, TraceEvent::traceId);
    static final Walks<TraceSummary> SUMMARIES = new Walks<>(
            "summaries", TraceRepository::queryTraceSummaries, TraceSummary::traceId, TraceSummary::traceId);
    static final Walks<TraceSpan> SPANS =
            new Walks<>("spans", TraceRepository::querySpans, TraceSpan::traceId, SpanIdentity::of);
    static final Walks<SpanOutline> OUTLINES = new Walks<>(
            "outlines",
            TraceRepository::querySpanOutlines,
            SpanOutline::traceId,
            span -> new SpanIdentity(span.traceId(), span.spanId()));

    static final List<Walks<?>> ALL = List.of(TRACES, SUMMARIES, SPANS, OUTLINES);

    /** More pages than any test has: a walk that does not end is a fault, not a wait. */
    private static final int MAX_PAGES = 20_000;

    private final String name;
    private final Query<T> query;
    private final Function<T, UUID> traceId;
    private final Function<T, Object> identity;

    private Walks(String name, Query<T> query, Function<T, UUID> traceId, Function<T, Object> identity) {
        this.name = name;
        this.query = query;
        this.traceId = traceId;
        this.identity = identity;
    }

    Page<T> page(TraceRepository repository, TraceQuery of) {
        return query.page(repository, of);
    }

    Step<T> first(TraceRepository repository, TraceQuery of) {
        return new Step<>(this, repository, of, page(repository, of));
    }

    /** All pages, the first included. */
    List<Step<T>> all(TraceRepository repository, TraceQuery of) {
        Step<T> first = first(repository, of);
        List<Step<T>> steps = new ArrayList<>(List.of(first));
        steps.addAll(first.rest());
        return steps;
    }

    /** What makes an item the same when its content or its time changes. */
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

    /** One page of a walk. */
    record Step<T extends Record>(Walks<T> walks, TraceRepository repository, TraceQuery query, Page<T> page) {

        List<T> items() {
            return page.items();
        }

        List<UUID> traceIds() {
            return items().stream().map(walks.traceId).toList();
        }

        Optional<Step<T>> next() {
            return query.next(page).map(next -> walks.first(repository, next));
        }

        /** All pages that follow. */
        List<Step<T>> rest() {
            List<Step<T>> rest = new ArrayList<>();
            Optional<Step<T>> step = next();
            while (step.isPresent()) {
                rest.add(step.get());
                if (rest.size() > MAX_PAGES) {
                    throw new AssertionError("walk over " + walks + " does not end: " + query);
                }
                step = step.get().next();
            }
            return rest;
        }
    }
}
