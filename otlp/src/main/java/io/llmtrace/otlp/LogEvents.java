package io.llmtrace.otlp;

import com.google.protobuf.ByteString;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.MappedRequest.RejectedSpan;
import io.llmtrace.otlp.internal.mapping.OtlpSpan;
import io.llmtrace.otlp.internal.messages.AgentActions;
import io.llmtrace.otlp.internal.messages.MessageEvents;
import io.llmtrace.otlp.internal.messages.ParsedResponse;
import io.llmtrace.otlp.internal.wire.AttributeCodec;
import io.llmtrace.otlp.internal.wire.Decode;
import io.llmtrace.otlp.internal.wire.DerivedIds;
import io.llmtrace.otlp.internal.wire.EnvelopeCodec;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Maps log records that hold the content of GenAI spans, which is the only form in which some instrumentations send prompt and
 * response. Records whose event name starts with {@code gen_ai.} become {@link SpanEvent}s of the span that they name. Those of
 * agents become spans of their own ({@link AgentLogs}). Others are rejected, since llmtrace does not store logs.
 *
 * <pre>
 *   event_type  the event's name
 *   data        {the record's attributes…,
 *                "otel.log": {body, severity_number, severity_text, observed_time_unix_nano, flags, dropped_attributes_count}}
 * </pre>
 */
public final class LogEvents {

    private static final HexFormat HEX = HexFormat.of();

    private static final String NO_CONTENT = "not an event with content of a GenAI span; other logs are not stored";

    private LogEvents() {}

    /**
     * Maps a request to one partial span for each span that the records name. A partial span holds the events, the resource and
     * the scope, and starts with its first event. It can be stored until the span itself arrives.
     *
     * @param now the time for events that have none
     */
    public static MappedRequest map(ExportLogsServiceRequest request, UUID tenantId, Instant now) {
        Map<String, PartialSpan> spans = new LinkedHashMap<>();
        List<RejectedSpan> rejected = new ArrayList<>();
        int index = 0;
        for (ResourceLogs ofResource : request.getResourceLogsList()) {
            for (ScopeLogs ofScope : ofResource.getScopeLogsList()) {
                for (LogRecord record : ofScope.getLogRecordsList()) {
                    String name = eventName(record);
                    if (AgentLogs.isEvent(record, ofScope.getScope().getName())) {
                        index++;
                        continue;
                    }
                    if (name.startsWith("gen_ai.")) {
                        try {
                            SpanEvent event = event(record, name, now);
                            spans.computeIfAbsent(idOf(record), id -> new PartialSpan(record, ofResource, ofScope))
                                    .events
                                    .add(event);
                        } catch (IllegalArgumentException e) {
                            rejected.add(new MappedRequestValues.RejectedSpanValues(
                                    index, idOf(record), String.valueOf(e.getMessage())));
                        }
                    } else {
                        rejected.add(new MappedRequestValues.RejectedSpanValues(index, idOf(record), NO_CONTENT));
                    }
                    index++;
                }
            }
        }
        return new MappedRequestValues(
                spans.values().stream().map(span -> span.build(tenantId)).toList(), rejected);
    }

    /** Returns whether the event arrived in a log record, not with its span. */
    public static boolean isFromLog(SpanEvent event) {
        return event.data() instanceof Map<?, ?> data && data.get(ReservedAttributes.LOG) instanceof Map<?, ?>;
    }

    /**
     * Fills in prompt, response and user from the span's log events, where the span has no value of its own. The attribute
     * {@code llmtrace.from_logs} lists the fields that were filled this way, so that they can be filled again when more events
     * arrive.
     */
    public static TraceSpan complete(TraceSpan span) {
        List<SpanEvent> events =
                span.events().stream().filter(LogEvents::isFromLog).toList();
        MessageEvents.Conversation conversation = MessageEvents.conversationIn(events);
        List<?> fromLogs =
                span.attributes().get(ReservedAttributes.FROM_LOGS) instanceof List<?> list ? list : List.of();
        boolean fillPrompt = conversation.prompt() != null && (span.prompt() == null || fromLogs.contains("prompt"));
        boolean fillResponse =
                conversation.response() != null && (span.response() == null || fromLogs.contains("response"));
        String user = span.userId() == null || fromLogs.contains("user_id") ? userIn(events) : null;
        if (!fillPrompt && !fillResponse && user == null) {
            return span;
        }
        List<String> filled = new ArrayList<>();
        TraceSpan.Builder builder = span.toBuilder();
        if (fillPrompt) {
            builder.prompt(conversation.prompt());
            filled.add("prompt");
        }
        if (fillResponse) {
            builder.response(conversation.response());
            filled.add("response");
        }
        if (user != null) {
            builder.userId(user);
            filled.add("user_id");
        }
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>(span.attributes());
        attributes.put(ReservedAttributes.FROM_LOGS, filled);
        TraceSpan completed = builder.attributes(attributes).build();
        return fillResponse ? withRequestedCalls(completed) : completed;
    }

    /** Replaces the requested actions by those in the response, since an earlier response may have requested others. */
    private static TraceSpan withRequestedCalls(TraceSpan span) {
        List<AgentAction> actions = new ArrayList<>(span.agentActions());
        actions.removeIf(AgentAction::onlyRequested);
        actions.addAll(AgentActions.requested(span, new ParsedResponse(span.response())));
        return span.toBuilder().agentActions(actions).build();
    }

    /** Returns the user that an event names. Google's ADK reports the user only in log records. */
    private static @Nullable String userIn(List<SpanEvent> events) {
        for (SpanEvent event : events) {
            if (event.data() instanceof Map<?, ?> data
                    && data.get("user.id") instanceof String user
                    && !user.isEmpty()) {
                return user;
            }
        }
        return null;
    }

    private static SpanEvent event(LogRecord record, String name, Instant now) {
        SpanMapper.traceId(record.getTraceId());
        SpanMapper.spanId(record.getSpanId());
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

    /** Returns the ids of trace and span that a record names, as they are shown. */
    static String idOf(LogRecord record) {
        return hex(record.getTraceId()) + "/" + hex(record.getSpanId());
    }

    private static String hex(ByteString id) {
        return HEX.formatHex(id.toByteArray());
    }

    /** Collects the events of one span. */
    private static final class PartialSpan {
        private static final String NAME = "(span not received yet)";

        private final LogRecord first;
        private final ResourceLogs resource;
        private final ScopeLogs scope;
        private final List<SpanEvent> events = new ArrayList<>();

        PartialSpan(LogRecord first, ResourceLogs resource, ScopeLogs scope) {
            this.first = first;
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
            return TraceSpan.builder(
                            tenantId,
                            SpanMapper.traceId(first.getTraceId()),
                            SpanMapper.spanId(first.getSpanId()),
                            NAME,
                            start)
                    .kind(SpanKind.LLM)
                    .serviceName(Decode.identifier(resourceAttributes.get("service.name")))
                    .events(events)
                    .attributes(attributes)
                    .build();
        }
    }
}
