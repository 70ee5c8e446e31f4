package io.llmtrace.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A trace: the spans of one run of an application, possibly none.
 *
 * @param createdAt left out, it is the earliest start of the spans
 * @param spans in the order of their start, ties by span id; a span given twice counts once, the later one
 */
public record TraceEvent(UUID traceId, UUID tenantId, Instant createdAt, List<TraceSpan> spans) {

    private static final Comparator<TraceSpan> BY_START =
            Comparator.comparing(TraceSpan::startTime).thenComparing(TraceSpan::spanId, Ids.BYTE_ORDER);

    public TraceEvent {
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(tenantId, "tenantId");
        spans = inOrder(traceId, tenantId, spans == null ? List.of() : spans);
        if (createdAt == null) {
            Checks.argument(!spans.isEmpty(), "created_at missing on a trace without spans", traceId);
            createdAt = spans.get(0).startTime();
        }
        Times.requireStorable(createdAt, "created_at");
    }

    /** A trace whose creation is the earliest start of its spans, of which there is at least one. */
    public static TraceEvent ofSpans(List<TraceSpan> spans) {
        Checks.argument(!spans.isEmpty(), "spans is empty", spans);
        return of(spans.get(0).traceId(), spans.get(0).tenantId(), null, spans);
    }

    /** @param createdAt null for the earliest start of the spans */
    @SuppressWarnings("NullAway") // the constructor fills it in
    public static TraceEvent of(UUID traceId, UUID tenantId, @Nullable Instant createdAt, List<TraceSpan> spans) {
        return new TraceEvent(traceId, tenantId, createdAt, spans);
    }

    /** Short, without content: for logs. */
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
