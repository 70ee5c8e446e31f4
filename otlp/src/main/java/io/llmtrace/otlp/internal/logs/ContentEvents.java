package io.llmtrace.otlp.internal.logs;

import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.mapping.OtlpSpan;
import io.llmtrace.otlp.internal.wire.AttributeCodec;
import io.llmtrace.otlp.internal.wire.Decode;
import io.llmtrace.otlp.internal.wire.DerivedIds;
import io.llmtrace.otlp.internal.wire.EnvelopeCodec;
import io.llmtrace.otlp.internal.wire.OtlpIds;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Collects log records that hold the content of GenAI spans, which is the only form in which some instrumentations send prompt and
 * response. Each becomes an event of the span that it names:
 *
 * <pre>
 *   event_type  the event's name, which starts with gen_ai.
 *   data        {the record's attributes…,
 *                "otel.log": {body, severity_number, severity_text, observed_time_unix_nano, flags, dropped_attributes_count}}
 * </pre>
 *
 * Not thread-safe.
 */
public final class ContentEvents {

    private final Instant now;
    private final Map<SpanKey, PartialSpan> spans = new LinkedHashMap<>();

    /** The span that a record names. */
    private record SpanKey(UUID traceId, UUID spanId) {}

    /**
     * Creates a collector.
     *
     * @param now the time of records that have none
     */
    public ContentEvents(Instant now) {
        this.now = now;
    }

    /**
     * Adds a record; returns false if it holds no content of a span.
     *
     * @throws IllegalArgumentException if it names no span, or the model cannot hold its time
     */
    public boolean add(LogRecord record, ResourceLogs resource, ScopeLogs scope) {
        String name = eventName(record);
        if (!name.startsWith("gen_ai.")) {
            return false;
        }
        SpanKey key = new SpanKey(OtlpIds.traceId(record.getTraceId()), OtlpIds.spanId(record.getSpanId()));
        SpanEvent event = event(record, name, now);
        spans.computeIfAbsent(key, id -> new PartialSpan(id, resource, scope))
                .events
                .add(event);
        return true;
    }

    /** Returns one partial span for each span that the records name. */
    public List<TraceSpan> partialSpans(UUID tenantId) {
        return spans.values().stream().map(span -> span.build(tenantId)).toList();
    }

    private static SpanEvent event(LogRecord record, String name, Instant now) {
        Map<String, @Nullable Object> data = new LinkedHashMap<>(AttributeCodec.encode(record.getAttributesList()));
        Map<String, @Nullable Object> log = new LinkedHashMap<>();
        log.put("body", AttributeCodec.encode(record.getBody()));
        putNumber(log, "severity_number", record.getSeverityNumberValue());
        if (!record.getSeverityText().isEmpty()) {
            log.put("severity_text", record.getSeverityText());
        }
        if (record.getObservedTimeUnixNano() != 0) {
            log.put("observed_time_unix_nano", Long.toUnsignedString(record.getObservedTimeUnixNano()));
        }
        putNumber(log, "flags", Integer.toUnsignedLong(record.getFlags()));
        putNumber(log, "dropped_attributes_count", Integer.toUnsignedLong(record.getDroppedAttributesCount()));
        Object own = data.put(ReservedAttributes.LOG, log);
        if (own != null) {
            log.put("reserved_attribute", own); // the sender's own attribute with the reserved key
        }
        return SpanEvent.builder(name, time(record, now))
                .id(eventId(record))
                .data(data)
                .build();
    }

    private static void putNumber(Map<String, @Nullable Object> json, String key, long number) {
        if (number != 0) {
            json.put(key, number);
        }
    }

    /**
     * Derives an id from the whole record, so that a record that is sent twice becomes one event, but two messages with the
     * same time become two.
     */
    private static UUID eventId(LogRecord record) {
        return DerivedIds.uuid(record.getTraceId(), record.getSpanId(), record.toByteString());
    }

    private static Instant time(LogRecord record, Instant now) {
        long nanos = record.getTimeUnixNano() != 0 ? record.getTimeUnixNano() : record.getObservedTimeUnixNano();
        if (nanos < 0) {
            throw new IllegalArgumentException(
                    "time_unix_nano > " + Long.MAX_VALUE + " (" + Times.LATEST + "): " + Long.toUnsignedString(nanos));
        }
        return nanos == 0 ? now : Times.ofNanos(nanos);
    }

    /**
     * Returns the name from the record's own field, or else from the older attribute, whose name some emitters write with an
     * underscore.
     */
    private static String eventName(LogRecord record) {
        if (!record.getEventName().isEmpty()) {
            return record.getEventName();
        }
        Map<String, AnyValue> attributes = OtlpSpan.byKey(record.getAttributesList());
        String name = Decode.identifier(attributes.get("event.name"));
        name = name == null ? Decode.identifier(attributes.get("event_name")) : name;
        return name == null ? "" : name;
    }

    /** Collects the events of one span. */
    private static final class PartialSpan {
        private static final String NAME = "(span not received yet)";

        private final SpanKey key;
        private final ResourceLogs resource;
        private final ScopeLogs scope;
        private final List<SpanEvent> events = new ArrayList<>();

        PartialSpan(SpanKey key, ResourceLogs resource, ScopeLogs scope) {
            this.key = key;
            this.resource = resource;
            this.scope = scope;
        }

        TraceSpan build(UUID tenantId) {
            Instant start = events.stream()
                    .map(SpanEvent::timestamp)
                    .min(Comparator.naturalOrder())
                    .orElseThrow();
            Map<String, AnyValue> resourceAttributes =
                    OtlpSpan.byKey(resource.getResource().getAttributesList());
            Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
            attributes.put(
                    ReservedAttributes.RESOURCE,
                    EnvelopeCodec.resource(resource.getResource(), resource.getSchemaUrl()));
            attributes.put(ReservedAttributes.SCOPE, EnvelopeCodec.scope(scope.getScope(), scope.getSchemaUrl()));
            return TraceSpan.builder(tenantId, key.traceId, key.spanId, NAME, start)
                    .kind(SpanKind.LLM)
                    .serviceName(Decode.identifier(resourceAttributes.get("service.name")))
                    .events(events)
                    .attributes(attributes)
                    .build();
        }
    }
}
