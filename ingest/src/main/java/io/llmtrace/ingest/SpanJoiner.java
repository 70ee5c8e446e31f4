package io.llmtrace.ingest;

import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceRepository;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stores submissions, and joins spans with events of theirs that come apart, in log records, in any order and also again:
 *
 * <pre>
 *   events, then span     a placeholder holds the events; the span takes them over and replaces it
 *   span, then events     the events are added to the span
 * </pre>
 *
 * The events of a span that has all its content itself are taken over if this process stored them; a span that lacks prompt or
 * response always looks for them. Thread-safe, if calls at the same time share no span.
 */
final class SpanJoiner {

    private final TraceRepository repository;
    private final EventContent content;
    private final RecentIdentities withEvents = new RecentIdentities();

    SpanJoiner(TraceRepository repository, EventContent content) {
        this.repository = repository;
        this.content = content;
    }

    /** Stores them in their order. If it throws, some may be stored; storing them again changes nothing. */
    void store(List<Submission> submissions) {
        List<TraceSpan> spans = new ArrayList<>();
        List<TraceSpan> events = new ArrayList<>();
        for (Submission submission : submissions) {
            if (submission instanceof Submission.Events given) {
                storeSpans(spans);
                events.addAll(given.partialSpans());
                continue;
            }
            storeEvents(events);
            if (submission instanceof Submission.Spans given) {
                spans.addAll(given.spans());
            } else if (submission instanceof Submission.Traces given) {
                for (TraceEvent trace : given.traces()) {
                    if (isNothingButSpans(trace)) {
                        spans.addAll(trace.spans());
                    } else {
                        storeSpans(spans);
                        storeTrace(trace);
                    }
                }
            }
        }
        storeSpans(spans);
        storeEvents(events);
    }

    private void storeSpans(List<TraceSpan> spans) {
        if (!spans.isEmpty()) {
            repository.storeSpans(withStoredEvents(spans));
            spans.clear();
        }
    }

    private void storeEvents(List<TraceSpan> partialSpans) {
        // Not two of one span at once: the second has to find what the first has stored.
        for (List<TraceSpan> ofDifferentSpans : apart(partialSpans)) {
            Map<Identity, TraceSpan> stored = find(ofDifferentSpans);
            repository.storeSpans(ofDifferentSpans.stream()
                    .map(partial -> addedToStored(partial, stored.get(Identity.of(partial))))
                    .toList());
            ofDifferentSpans.forEach(span -> withEvents.add(Identity.of(span)));
        }
        partialSpans.clear();
    }

    /** In groups, within each of which no span comes twice. */
    private static List<List<TraceSpan>> apart(List<TraceSpan> spans) {
        List<Map<Identity, TraceSpan>> groups = new ArrayList<>();
        for (TraceSpan span : spans) {
            Identity identity = Identity.of(span);
            groups.stream()
                    .filter(group -> !group.containsKey(identity))
                    .findFirst()
                    .orElseGet(() -> {
                        Map<Identity, TraceSpan> group = new LinkedHashMap<>();
                        groups.add(group);
                        return group;
                    })
                    .put(identity, span);
        }
        return groups.stream().map(group -> List.copyOf(group.values())).toList();
    }

    private void storeTrace(TraceEvent trace) {
        repository.storeTrace(
                new TraceEvent(trace.traceId(), trace.tenantId(), trace.createdAt(), withStoredEvents(trace.spans())));
    }

    /** Such a trace needs no write of its own. */
    private static boolean isNothingButSpans(TraceEvent trace) {
        return !trace.spans().isEmpty()
                && trace.createdAt().equals(trace.spans().get(0).startTime());
    }

    private List<TraceSpan> withStoredEvents(List<TraceSpan> spans) {
        Map<Identity, TraceSpan> stored = find(spans.stream()
                .filter(span -> lacksContent(span) || withEvents.contains(Identity.of(span)))
                .toList());
        return spans.stream()
                .map(span -> withEventsOf(stored.get(Identity.of(span)), span))
                .toList();
    }

    private TraceSpan withEventsOf(@Nullable TraceSpan stored, TraceSpan span) {
        List<SpanEvent> apart = stored == null
                ? List.of()
                : stored.events().stream().filter(content::cameApart).toList();
        if (apart.isEmpty()) {
            return span;
        }
        withEvents.add(Identity.of(span));
        return content.complete(withEvents(span, apart));
    }

    private TraceSpan addedToStored(TraceSpan partial, @Nullable TraceSpan stored) {
        if (stored != null) {
            return content.complete(withEvents(stored, partial.events()));
        }
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>(partial.attributes());
        attributes.put(SpanIngest.PLACEHOLDER, true);
        return content.complete(partial.toBuilder().attributes(attributes).build());
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

    /** What is stored of these, read at once: one read for each span is what a busy server has no time for. */
    private Map<Identity, TraceSpan> find(List<TraceSpan> spans) {
        Map<UUID, List<SpanIdentity>> byTenant = spans.stream()
                .collect(Collectors.groupingBy(
                        TraceSpan::tenantId, Collectors.mapping(SpanIdentity::of, Collectors.toList())));
        Map<Identity, TraceSpan> found = new HashMap<>();
        byTenant.forEach((tenant, identities) ->
                repository.getSpans(tenant, identities).forEach(span -> found.put(Identity.of(span), span)));
        return found;
    }
}
