package io.llmtrace.ingest;

import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceRepository;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The way from the receivers into the repository. Every method returns when the data is durable, or throws what the
 * repository throws.
 *
 * <p>It joins spans with events of theirs that come apart, in log records, in any order and also again:
 *
 * <pre>
 *   events, then span     a placeholder holds the events; the span takes them over and replaces it
 *   span, then events     the events are added to the span
 * </pre>
 *
 * Within one process, writes of the same span wait for each other. The events of a span that has all its content itself are
 * taken over if this process stored them; a span that lacks prompt or response always looks for them.
 */
public final class SpanIngest {

    /** On a span of which only events have arrived so far. */
    public static final String PLACEHOLDER = "llmtrace.placeholder";

    private final TraceRepository repository;
    private final EventContent content;
    private final IdentityLocks locks = new IdentityLocks();
    private final RecentIdentities withEvents = new RecentIdentities();

    public SpanIngest(TraceRepository repository, EventContent content) {
        this.repository = Objects.requireNonNull(repository, "repository");
        this.content = Objects.requireNonNull(content, "content");
    }

    /** Stores spans, all or none. */
    public void store(Collection<TraceSpan> spans) {
        if (spans.isEmpty()) {
            return;
        }
        locks.holding(identitiesOf(spans), () -> {
            repository.storeSpans(spans.stream().map(this::withStoredEvents).toList());
            return null;
        });
    }

    /** Stores traces, which may say when they were created, and may have no spans. */
    public void storeTraces(Collection<TraceEvent> traces) {
        List<TraceSpan> spans = new ArrayList<>();
        for (TraceEvent trace : traces) {
            if (isNothingButSpans(trace)) {
                spans.addAll(trace.spans());
            } else {
                storeTrace(trace);
            }
        }
        store(spans);
    }

    /**
     * Adds events to spans.
     *
     * @param partialSpans spans that hold nothing but events, and what is known beside them
     */
    public void storeEvents(Collection<TraceSpan> partialSpans) {
        if (partialSpans.isEmpty()) {
            return;
        }
        List<Identity> identities = identitiesOf(partialSpans);
        locks.holding(identities, () -> {
            repository.storeSpans(partialSpans.stream().map(this::addedToStored).toList());
            identities.forEach(withEvents::add);
            return null;
        });
    }

    private void storeTrace(TraceEvent trace) {
        locks.holding(identitiesOf(trace.spans()), () -> {
            List<TraceSpan> spans =
                    trace.spans().stream().map(this::withStoredEvents).toList();
            repository.storeTrace(new TraceEvent(trace.traceId(), trace.tenantId(), trace.createdAt(), spans));
            return null;
        });
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
        attributes.put(PLACEHOLDER, true);
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

    private static List<Identity> identitiesOf(Collection<TraceSpan> spans) {
        return spans.stream().map(Identity::of).distinct().toList();
    }
}
