package io.llmtrace.otlp.internal.logs;

import static io.llmtrace.otlp.internal.wire.AttributeCodec.attribute;
import static io.llmtrace.otlp.internal.wire.AttributeCodec.text;

import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.Times;
import io.llmtrace.otlp.internal.logs.AgentTable.Agent;
import io.llmtrace.otlp.internal.mapping.Envelope;
import io.llmtrace.otlp.internal.mapping.OtlpSpan;
import io.llmtrace.otlp.internal.wire.Decode;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a span of a log record of an agent. The span has all attributes of the record, the name of the event under
 * {@code llmtrace.log_event}, and the rest of the record under {@code otel.log}.
 *
 * <pre>
 *   otel.log  {body, event_name, severity_number, severity_text, observed_time_unix_nano, flags, trace_id, span_id}
 * </pre>
 *
 * All ids derive from the record, so that it becomes the same span whenever and however often it arrives. A record that names a
 * trace of the application around the agent joins that trace.
 */
public final class AgentSpans {

    private static final HexFormat HEX = HexFormat.of();
    private static final int MAX_TIME_CHARACTERS = 40;

    private AgentSpans() {}

    /**
     * Returns the span for a record.
     *
     * @param now the time of a record that has none
     * @throws IllegalArgumentException if the model cannot hold the time of the record
     */
    public static OtlpSpan of(AgentEvent event, LogRecord record, Envelope envelope, Instant now) {
        Map<String, AnyValue> attributes = OtlpSpan.byKey(record.getAttributesList());
        Agent agent = event.agent();
        AnyValue sessionValue = attributes.get(agent.session());
        String session = Decode.identifier(sessionValue != null ? sessionValue : envelope.attribute(agent.session()));
        String turn = agent.turn() == null ? null : Decode.identifier(attributes.get(agent.turn()));
        AgentIds ids = new AgentIds(agent, session, turn, record);

        long end = time(record, attributes, now);
        long nanos = durationNanos(attributes);
        Span.Builder span = Span.newBuilder()
                .setTraceId(ids.traceId())
                .setSpanId(ids.spanId(event.name()))
                .setParentSpanId(ids.parentId(event.name()))
                .setName(event.name())
                .setStartTimeUnixNano(end)
                .setDroppedAttributesCount(record.getDroppedAttributesCount())
                .addAllAttributes(record.getAttributesList())
                .addAttributes(attribute(ReservedAttributes.LOG_EVENT, text(event.name())))
                .addAttributes(attribute(
                        ReservedAttributes.LOG,
                        AnyValue.newBuilder().setKvlistValue(rest(record)).build()));
        if (nanos >= 0 && nanos <= end) {
            span.setStartTimeUnixNano(end - nanos).setEndTimeUnixNano(end);
        }
        return new OtlpSpan(span.build(), envelope);
    }

    /** Returns the time in nanoseconds since 1970. */
    private static long time(LogRecord record, Map<String, AnyValue> attributes, Instant now) {
        long nanos = record.getTimeUnixNano() != 0 ? record.getTimeUnixNano() : record.getObservedTimeUnixNano();
        if (nanos < 0) {
            throw new IllegalArgumentException(
                    "time_unix_nano > " + Long.MAX_VALUE + " (" + Times.LATEST + "): " + Long.toUnsignedString(nanos));
        }
        if (nanos > 0) {
            return nanos;
        }
        Instant reported = timestamp(Decode.identifier(attributes.get("event.timestamp")));
        return Math.max(0, Times.toNanos(reported == null ? now : reported));
    }

    private static @Nullable Instant timestamp(@Nullable String text) {
        if (text == null || text.length() > MAX_TIME_CHARACTERS) {
            return null;
        }
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            return time.isAfter(Times.LATEST) ? null : time;
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** Returns the duration; negative if the record has none, or one that no span can have. */
    private static long durationNanos(Map<String, AnyValue> attributes) {
        for (String key : AgentTable.BUILT_IN.durationMs()) {
            Double millis = Decode.amount(attributes.get(key));
            if (millis != null) {
                double nanos = millis * 1e6;
                return nanos < Long.MAX_VALUE ? Math.round(nanos) : -1;
            }
        }
        return -1;
    }

    /** Returns the parts of a record for which a span has no place. */
    private static KeyValueList rest(LogRecord record) {
        KeyValueList.Builder rest = KeyValueList.newBuilder();
        if (record.hasBody()) {
            rest.addValues(attribute("body", record.getBody()));
        }
        putText(rest, "event_name", record.getEventName());
        putNumber(rest, "severity_number", record.getSeverityNumberValue());
        putText(rest, "severity_text", record.getSeverityText());
        if (record.getObservedTimeUnixNano() != 0) {
            putText(rest, "observed_time_unix_nano", Long.toUnsignedString(record.getObservedTimeUnixNano()));
        }
        putNumber(rest, "flags", Integer.toUnsignedLong(record.getFlags()));
        putText(rest, "trace_id", HEX.formatHex(record.getTraceId().toByteArray()));
        putText(rest, "span_id", HEX.formatHex(record.getSpanId().toByteArray()));
        return rest.build();
    }

    private static void putText(KeyValueList.Builder to, String key, String value) {
        if (!value.isEmpty()) {
            to.addValues(attribute(key, text(value)));
        }
    }

    private static void putNumber(KeyValueList.Builder to, String key, long value) {
        if (value != 0) {
            to.addValues(attribute(key, AnyValue.newBuilder().setIntValue(value).build()));
        }
    }
}
