package io.llmtrace.ingest.internal;

import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.SpanKey;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.ResultTooLargeException;
import io.llmtrace.storage.TraceRepository;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stores submissions, and joins spans with those of their events that arrive separately, in log records. Span and events may arrive
 * in any order, and more than once:
 *
 * <pre>
 *   events, then span     a placeholder holds the events; the span adopts them and replaces it
 *   span, then events     the events are added to the stored span
 * </pre>
 *
 * A span is looked up in the store before it is written only if it may have separate events there:
 *
 * <ul>
 *   <li>if this process has stored separate events of it recently, or
 *   <li>if it is an LLM span without prompt or response, and its tenant may have separate events at all ({@link SeparateEvents}).
 * </ul>
 *
 * Thread-safe, provided that concurrent calls have no span in common.
 */
public final class SpanJoiner {

    private static final int MAX_LOOKED_UP_TOGETHER = 1_000;

    private final TraceRepository repository;
    private final Predicate<SpanEvent> isSeparate;
    private final UnaryOperator<TraceSpan> complete;
    private final SeparateEvents separateEvents;
    private final DoubleReports doubleReports;
    private final RecentSpanKeys joined = new RecentSpanKeys();

    /**
     * @param isSeparate whether an event arrived separately from its span
     * @param complete fills a span with the content of its separate events
     * @param calls what tells that two spans report one call
     */
    public SpanJoiner(
            TraceRepository repository,
            Predicate<SpanEvent> isSeparate,
            UnaryOperator<TraceSpan> complete,
            CallReports calls) {
        this.repository = repository;
        this.doubleReports = new DoubleReports(repository, calls);
        this.isSeparate = isSeparate;
        this.complete = complete;
        this.separateEvents = new SeparateEvents(repository);
    }

    /** Stores the submissions in their order. If it throws, some may be stored; storing them again is harmless. */
    void store(List<Submission> submissions) {
        List<TraceSpan> spans = new ArrayList<>();
        List<TraceSpan> partialSpans = new ArrayList<>();
        for (Submission submission : submissions) {
            if (submission instanceof Submission.Events events) {
                storeSpans(spans);
                partialSpans.addAll(events.partialSpans());
                continue;
            }
            storeEvents(partialSpans);
            if (submission instanceof Submission.Spans some) {
                spans.addAll(some.spans());
            } else if (submission instanceof Submission.Traces some) {
                for (TraceEvent trace : some.traces()) {
                    if (followsFromItsSpans(trace)) {
                        spans.addAll(trace.spans());
                    } else {
                        storeSpans(spans);
                        storeTrace(trace);
                    }
                }
            }
        }
        storeSpans(spans);
        storeEvents(partialSpans);
    }

    private void storeSpans(List<TraceSpan> spans) {
        if (!spans.isEmpty()) {
            announceEventsIn(spans);
            repository.storeSpans(doubleReports.countedOnce(withStoredEvents(spans)));
            spans.clear();
        }
    }

    private void storeEvents(List<TraceSpan> partialSpans) {
        if (partialSpans.isEmpty()) {
            return;
        }
        separateEvents.announce(partialSpans.stream().map(TraceSpan::tenantId).collect(Collectors.toSet()));
        // Two partial spans of the same span must be in different writes, since the second has to find what the first
        // has stored.
        for (List<TraceSpan> ofDistinctSpans : groupsOfDistinctSpans(partialSpans)) {
            withStoredVersions(ofDistinctSpans, (some, stored) -> {
                repository.storeSpans(some.stream()
                        .map(partial -> addedToStored(partial, stored.get(SpanKey.of(partial))))
                        .toList());
                some.forEach(span -> joined.add(SpanKey.of(span)));
            });
        }
        partialSpans.clear();
    }

    private static List<List<TraceSpan>> groupsOfDistinctSpans(List<TraceSpan> spans) {
        List<Map<SpanKey, TraceSpan>> groups = new ArrayList<>();
        for (TraceSpan span : spans) {
            SpanKey key = SpanKey.of(span);
            groups.stream()
                    .filter(group -> !group.containsKey(key))
                    .findFirst()
                    .orElseGet(() -> {
                        Map<SpanKey, TraceSpan> group = new LinkedHashMap<>();
                        groups.add(group);
                        return group;
                    })
                    .put(key, span);
        }
        return groups.stream().map(group -> List.copyOf(group.values())).toList();
    }

    private void storeTrace(TraceEvent trace) {
        announceEventsIn(trace.spans());
        repository.storeTrace(
                trace.toBuilder().spans(withStoredEvents(trace.spans())).build());
    }

    /** Returns whether storing the spans alone stores the whole trace, since its creation time is the start of its first span. */
    private static boolean followsFromItsSpans(TraceEvent trace) {
        return !trace.spans().isEmpty()
                && trace.createdAt().equals(trace.spans().get(0).startTime());
    }

    /**
     * Announces the separate events inside of spans: spans that were copied from another store, or read and sent back, may hold
     * some.
     */
    private void announceEventsIn(List<TraceSpan> spans) {
        separateEvents.announce(spans.stream()
                .filter(this::holdsSeparateEvents)
                .map(TraceSpan::tenantId)
                .collect(Collectors.toSet()));
    }

    private boolean holdsSeparateEvents(TraceSpan span) {
        return span.attributes().containsKey(ReservedAttributes.PLACEHOLDER)
                || span.attributes().containsKey(ReservedAttributes.FROM_LOGS)
                || span.events().stream().anyMatch(isSeparate);
    }

    private List<TraceSpan> withStoredEvents(List<TraceSpan> spans) {
        Map<SpanKey, List<SpanEvent>> separate = new HashMap<>();
        withStoredVersions(
                spans.stream().filter(this::mayHaveStoredEvents).toList(),
                (some, stored) -> stored.forEach((key, span) -> separate.put(
                        key, span.events().stream().filter(isSeparate).toList())));
        return separate.isEmpty()
                ? List.copyOf(spans)
                : spans.stream()
                        .map(span -> withStoredEvents(span, separate.getOrDefault(SpanKey.of(span), List.of())))
                        .toList();
    }

    private boolean mayHaveStoredEvents(TraceSpan span) {
        return joined.contains(SpanKey.of(span)) || (lacksContent(span) && separateEvents.mayExist(span.tenantId()));
    }

    private TraceSpan withStoredEvents(TraceSpan span, List<SpanEvent> separate) {
        if (separate.isEmpty()) {
            return span;
        }
        joined.add(SpanKey.of(span));
        return complete.apply(withEvents(span, separate));
    }

    private TraceSpan addedToStored(TraceSpan partial, @Nullable TraceSpan stored) {
        if (stored != null) {
            return complete.apply(withEvents(stored, partial.events()));
        }
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>(partial.attributes());
        attributes.put(ReservedAttributes.PLACEHOLDER, true);
        return complete.apply(partial.toBuilder().attributes(attributes).build());
    }

    private static boolean lacksContent(TraceSpan span) {
        return span.kind() == SpanKind.LLM && (span.prompt() == null || span.response() == null);
    }

    private static TraceSpan withEvents(TraceSpan span, List<SpanEvent> added) {
        Map<UUID, SpanEvent> events = new LinkedHashMap<>();
        span.events().forEach(event -> events.put(event.id(), event));
        added.forEach(event -> events.putIfAbsent(event.id(), event));
        return span.toBuilder().events(new ArrayList<>(events.values())).build();
    }

    /**
     * Looks spans up, and hands them on with their stored versions: some at a time, since the stored versions of one batch may take
     * more memory than a read may, whatever the size of the batch itself.
     *
     * @throws ResultTooLargeException if the stored version of one span alone is too large
     */
    private void withStoredVersions(
            List<TraceSpan> spans, BiConsumer<List<TraceSpan>, Map<SpanKey, TraceSpan>> consumer) {
        for (int from = 0; from < spans.size(); from += MAX_LOOKED_UP_TOGETHER) {
            int to = Math.min(spans.size(), from + MAX_LOOKED_UP_TOGETHER);
            withStoredVersionsOfAll(spans.subList(from, to), consumer);
        }
    }

    private void withStoredVersionsOfAll(
            List<TraceSpan> spans, BiConsumer<List<TraceSpan>, Map<SpanKey, TraceSpan>> consumer) {
        Map<SpanKey, TraceSpan> found;
        try {
            found = find(spans);
        } catch (ResultTooLargeException e) {
            int middle = spans.size() / 2;
            if (middle == 0) {
                throw e;
            }
            withStoredVersionsOfAll(spans.subList(0, middle), consumer);
            withStoredVersionsOfAll(spans.subList(middle, spans.size()), consumer);
            return;
        }
        consumer.accept(spans, found);
    }

    /** Returns the stored versions of these spans, with one read for each tenant: a read for each span would be too slow. */
    private Map<SpanKey, TraceSpan> find(List<TraceSpan> spans) {
        Map<UUID, List<SpanIdentity>> byTenant = spans.stream()
                .collect(Collectors.groupingBy(
                        TraceSpan::tenantId, Collectors.mapping(SpanIdentity::of, Collectors.toList())));
        Map<SpanKey, TraceSpan> found = new HashMap<>();
        byTenant.forEach((tenant, identities) ->
                repository.getSpans(tenant, identities).forEach(span -> found.put(SpanKey.of(span), span)));
        return found;
    }
}
