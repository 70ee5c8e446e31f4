package io.llmtrace.ingest;

import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceRepository;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
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
 * response always looks for them. Not thread-safe.
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
            repository.storeSpans(spans.stream().map(this::withStoredEvents).toList());
            spans.clear();
        }
    }

    private void storeEvents(List<TraceSpan> partialSpans) {
        // Not two of one span at once: the second has to find what the first has stored.
        for (List<TraceSpan> ofDifferentSpans : apart(partialSpans)) {
            repository.storeSpans(
                    ofDifferentSpans.stream().map(this::addedToStored).toList());
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
        repository.storeTrace(new TraceEvent(
                trace.traceId(),
                trace.tenantId(),
                trace.createdAt(),
                trace.spans().stream().map(this::withStoredEvents).toList()));
    }

    /** Such a trace needs no write of its own. */
    private static boolean isNothingButSpans(TraceEvent trace) {
        return !trace.spans().isEmpty()
                && trace.createdAt().equals(trace.spans().get(0).startTime());
    }

    private TraceSpan withStoredEvents(TraceSpan span) {
        Identity identity = Identity.of(span);
        if (!lacksContent(span) && !withEvents.contains(identity)) {
            return span;
        }
        List<SpanEvent> apart = find(identity)
                .map(stored ->
                        stored.events().stream().filter(content::cameApart).toList())
                .orElse(List.of());
        if (apart.isEmpty()) {
            return span;
        }
        withEvents.add(identity);
        return content.complete(withEvents(span, apart));
    }

    private TraceSpan addedToStored(TraceSpan partial) {
        Optional<TraceSpan> stored = find(Identity.of(partial));
        if (stored.isPresent()) {
            return content.complete(withEvents(stored.get(), partial.events()));
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

    private Optional<TraceSpan> find(Identity identity) {
        return repository.getSpan(identity.tenantId(), identity.traceId(), identity.spanId());
    }
}
