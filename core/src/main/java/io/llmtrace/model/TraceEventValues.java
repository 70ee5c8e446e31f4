package io.llmtrace.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** The implementation of a trace. It is not public, so that a new component breaks no caller. */
record TraceEventValues(UUID traceId, UUID tenantId, Instant createdAt, List<TraceSpan> spans) implements TraceEvent {

    private static final Comparator<TraceSpan> BY_START =
            Comparator.comparing(TraceSpan::startTime).thenComparing(TraceSpan::spanId, Ids.BYTE_ORDER);

    /** Orders the spans and fills in the time of creation, which JSON may leave out. */
    TraceEventValues {
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(tenantId, "tenantId");
        spans = inOrder(traceId, tenantId, spans == null ? List.of() : spans);
        if (createdAt == null) {
            Checks.argument(!spans.isEmpty(), "created_at missing on a trace without spans", traceId);
            createdAt = spans.get(0).startTime();
        }
        Times.requireStorable(createdAt, "created_at");
    }

    /** Returns a short form without content, for logs. */
    @Override
    public String toString() {
        return "TraceEvent[" + traceId + " " + createdAt + " spans=" + spans.size() + "]";
    }

    private static List<TraceSpan> inOrder(UUID traceId, UUID tenantId, List<TraceSpan> spans) {
        Map<UUID, TraceSpan> byId = new LinkedHashMap<>(spans.size() * 2);
        for (TraceSpan span : spans) {
            Checks.argument(span.traceId().equals(traceId), "span of another trace than " + traceId, span);
            Checks.argument(
                    span.tenantId().equals(tenantId), "span of another tenant than " + tenantId, span.tenantId());
            byId.put(span.spanId(), span);
        }
        List<TraceSpan> ordered = new ArrayList<>(byId.values());
        ordered.sort(BY_START);
        return List.copyOf(ordered);
    }
}
