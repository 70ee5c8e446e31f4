package io.llmtrace.ingest.internal;

import io.llmtrace.model.SpanKey;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Finds calls that an agent reports twice, in a span of its trace and in an event that became a span, so that each counts once. The
 * two may arrive in any order, and in different batches: the one that arrives first is looked up in its trace.
 *
 * <p>Two batches that are stored at the same moment do not find each other's spans.
 */
final class DoubleReports {

    /** No trace of an agent's turn has more calls of one kind. */
    private static final int MAX_CALLS = 1_000;

    private final TraceRepository repository;
    private final CallReports reports;

    DoubleReports(TraceRepository repository, CallReports calls) {
        this.repository = repository;
        this.reports = calls;
    }

    /** Where the other report of a call must be. */
    private record CallScope(UUID tenant, UUID trace, SpanKind kind) {}

    /** A call, by the id that both reports have. */
    private record Call(CallScope scope, String id) {}

    /** Returns the spans, and stored ones that have to change with them. */
    List<TraceSpan> countedOnce(List<TraceSpan> spans) {
        Map<Call, TraceSpan> ofTraces = new LinkedHashMap<>();
        Map<Call, TraceSpan> ofEvents = new LinkedHashMap<>();
        spans.forEach(span -> add(span, ofTraces, ofEvents));
        Set<CallScope> scopes = new LinkedHashSet<>();
        ofTraces.keySet().stream().filter(call -> !ofEvents.containsKey(call)).forEach(call -> scopes.add(call.scope));
        ofEvents.keySet().stream().filter(call -> !ofTraces.containsKey(call)).forEach(call -> scopes.add(call.scope));
        for (CallScope scope : scopes) {
            TraceQuery calls = TraceQuery.builder(scope.tenant)
                    .traceId(scope.trace)
                    .kind(scope.kind)
                    .limit(MAX_CALLS)
                    .build();
            Map<Call, TraceSpan> storedOfTraces = new LinkedHashMap<>();
            Map<Call, TraceSpan> storedOfEvents = new LinkedHashMap<>();
            repository.querySpans(calls).items().forEach(span -> add(span, storedOfTraces, storedOfEvents));
            storedOfTraces.forEach(ofTraces::putIfAbsent);
            storedOfEvents.forEach(ofEvents::putIfAbsent);
        }
        Map<SpanKey, TraceSpan> changed = new LinkedHashMap<>();
        ofTraces.forEach((call, span) -> {
            TraceSpan ofEvent = ofEvents.get(call);
            if (ofEvent != null) {
                changed.put(SpanKey.of(ofEvent), reports.withoutCall().apply(ofEvent));
                changed.put(SpanKey.of(span), reports.withReport().apply(span, ofEvent));
            }
        });
        if (changed.isEmpty()) {
            return spans;
        }
        List<TraceSpan> all = new ArrayList<>();
        for (TraceSpan span : spans) {
            all.add(changed.getOrDefault(SpanKey.of(span), span));
        }
        spans.forEach(span -> changed.remove(SpanKey.of(span)));
        all.addAll(changed.values());
        return all;
    }

    private void add(TraceSpan span, Map<Call, TraceSpan> ofTraces, Map<Call, TraceSpan> ofEvents) {
        String id = reports.callOf().apply(span);
        if (id != null) {
            Call call = new Call(new CallScope(span.tenantId(), span.traceId(), span.kind()), id);
            (reports.isFromEvent().test(span) ? ofEvents : ofTraces).put(call, span);
        }
    }
}
