package io.llmtrace.otlp;

import com.google.protobuf.ByteString;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.MappedRequest.RejectedSpan;
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
 * Log records that hold the content of GenAI spans: some instrumentations send prompt and response only so. Records whose
 * event name starts with {@code gen_ai.} become {@link SpanEvent}s of the span that they name; others are passed over, since
 * this is no store of logs.
 *
 * <pre>
 *   event_type  the event's name
 *   data        {the record's attributes…,
 *                "otel.log": {body, severity_number, severity_text, observed_time_unix_nano, flags, dropped_attributes_count}}
 * </pre>
 */
public final class LogEvents {

    static final String LOG = "otel.log";
    static final String FROM_LOGS = "llmtrace.from_logs";
    private static final HexFormat HEX = HexFormat.of();

    private LogEvents() {}

    /**
     * What a request adds to spans, as spans that hold nothing but the events, and what is known of resource and scope: one
     * for each span that the records name. It starts with its first event, and is complete enough to be stored until the
     * span itself arrives.
     *
     * @param now the time of an event without one
     */
    public static MappedRequest map(ExportLogsServiceRequest request, UUID tenantId, Instant now) {
        Map<String, PartialSpan> spans = new LinkedHashMap<>();
        List<RejectedSpan> rejected = new ArrayList<>();
        int index = 0;
        for (ResourceLogs ofResource : request.getResourceLogsList()) {
            for (ScopeLogs ofScope : ofResource.getScopeLogsList()) {
                for (LogRecord record : ofScope.getLogRecordsList()) {
                    String name = eventName(record);
                    if (name.startsWith("gen_ai.")) {
                        try {
                            SpanEvent event = event(record, name, now);
                            spans.computeIfAbsent(idOf(record), id -> new PartialSpan(record, ofResource, ofScope))
                                    .events
                                    .add(event);
                        } catch (IllegalArgumentException e) {
                            rejected.add(new RejectedSpan(index, idOf(record), String.valueOf(e.getMessage())));
                        }
                    }
                    index++;
                }
            }
        }
        return new MappedRequest(
                spans.values().stream().map(span -> span.build(tenantId)).toList(), rejected);
    }

    /** Whether the event came in a log record, not with its span. */
    public static boolean isFromLog(SpanEvent event) {
        return event.data() instanceof Map<?, ?> data && data.get(LOG) instanceof Map<?, ?>;
    }

    /**
     * The span with prompt, response and user from its log events, where it has none of its own. What came from there is listed
     * under {@code llmtrace.from_logs} in the attributes, and is made anew when more events have come.
     */
    public static TraceSpan complete(TraceSpan span) {
        List<SpanEvent> events =
                span.events().stream().filter(LogEvents::isFromLog).toList();
        MessageEvents.Content content = MessageEvents.contentOf(events);
        List<?> before = span.attributes().get(FROM_LOGS) instanceof List<?> list ? list : List.of();
        boolean fillPrompt = content.prompt() != null && (span.prompt() == null || before.contains("prompt"));
        boolean fillResponse = content.response() != null && (span.response() == null || before.contains("response"));
        String user = span.userId() == null || before.contains("user_id") ? userIn(events) : null;
        if (!fillPrompt && !fillResponse && user == null) {
            return span;
        }
        List<String> filled = new ArrayList<>();
        TraceSpan.Builder builder = span.toBuilder();
        if (fillPrompt) {
            builder.prompt(content.prompt());
            filled.add("prompt");
        }
        if (fillResponse) {
            builder.response(content.response());
            filled.add("response");
        }
        if (user != null) {
            builder.userId(user);
            filled.add("user_id");
        }
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>(span.attributes());
        attributes.put(FROM_LOGS, filled);
        TraceSpan completed = builder.attributes(attributes).build();
        return fillResponse
                ? completed.toBuilder()
                        .agentActions(AgentActions.withRequested(completed))
                        .build()
                : completed;
    }

    /** Google's ADK says who the user is in the records only. */
    private static @Nullable String userIn(List<SpanEvent> events) {
        for (SpanEvent event : events) {
            if (event.data() instanceof Map<?, ?> data && data.get("user.id") instanceof String user && !user.isEmpty()) {
                return user;
            }
        }
        return null;
    }

    static @Nullable Object bodyOf(SpanEvent event) {
        return event.data() instanceof Map<?, ?> data && data.get(LOG) instanceof Map<?, ?> log
                ? log.get("body")
                : null;
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
        Object own = data.put(LOG, log);
        if (own != null) {
            log.put("reserved_attribute", own); // an attribute of the record that has our key
        }
        return new SpanEvent(eventId(record), time(record, now), name, "", data);
    }

    private static void putNumber(Map<String, @Nullable Object> json, String key, long number) {
        if (number != 0) {
            json.put(key, number);
        }
    }

    /** Of the whole record, so that a resend is the same event and two messages of one moment are two. */
    private static UUID eventId(LogRecord record) {
        return Names.uuid(record.getTraceId(), record.getSpanId(), record.toByteString());
    }

    private static Instant time(LogRecord record, Instant now) {
        long nanos = record.getTimeUnixNano() != 0 ? record.getTimeUnixNano() : record.getObservedTimeUnixNano();
        if (nanos < 0) {
            throw new IllegalArgumentException(
                    "time_unix_nano > " + Long.MAX_VALUE + " (" + Times.LATEST + "): " + Long.toUnsignedString(nanos));
        }
        return nanos == 0 ? now : Times.ofNanos(nanos);
    }

    /** The field is younger than the attribute; some write the attribute with an underscore. */
    private static String eventName(LogRecord record) {
        if (!record.getEventName().isEmpty()) {
            return record.getEventName();
        }
        Map<String, AnyValue> attributes = SpanView.byKey(record.getAttributesList());
        String name = Decode.identifier(attributes.get("event.name"));
        name = name == null ? Decode.identifier(attributes.get("event_name")) : name;
        return name == null ? "" : name;
    }

    private static String idOf(LogRecord record) {
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
                    SpanView.byKey(resource.getResource().getAttributesList());
            Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
            attributes.put(
                    Surroundings.RESOURCE, Surroundings.resource(resource.getResource(), resource.getSchemaUrl()));
            attributes.put(Surroundings.SCOPE, Surroundings.scope(scope.getScope(), scope.getSchemaUrl()));
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
