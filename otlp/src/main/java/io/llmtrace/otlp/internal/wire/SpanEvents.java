package io.llmtrace.otlp.internal.wire;

import com.google.protobuf.ByteString;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.Times;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Conversion of span events between OTLP and the model. Ids derive from span and index, so that a resend gives the same event. */
public final class SpanEvents {

    private SpanEvents() {}

    /** Returns the events of a span in their order. */
    public static List<SpanEvent> of(Span span) {
        List<SpanEvent> events = new ArrayList<>(span.getEventsCount());
        for (int i = 0; i < span.getEventsCount(); i++) {
            Span.Event event = span.getEvents(i);
            Object data = event.getAttributesCount() == 0 ? null : AttributeCodec.encode(event.getAttributesList());
            events.add(SpanEvent.builder(event.getName(), timeOf(event))
                    .id(idOf(span, i))
                    .data(data)
                    .build());
        }
        return events;
    }

    /**
     * Encodes an event so that {@link #of} reads it back, as far as OTLP can express it.
     *
     * @param extra the parts of the event that {@link EnvelopeCodec} kept in addition to name, time and attributes; null if
     *     there are none
     */
    public static Span.Event encode(SpanEvent event, @Nullable Map<?, ?> extra) {
        Span.Event.Builder encoded = Span.Event.newBuilder()
                .setName(event.eventType())
                .setTimeUnixNano(Math.max(0, Times.toNanos(event.timestamp())))
                .addAllAttributes(AttributeCodec.decodeList(event.data()));
        if (extra != null) {
            encoded.setDroppedAttributesCount(EnvelopeCodec.intOf(extra, "dropped_attributes_count"));
            String time = EnvelopeCodec.textOf(extra, "time_unix_nano");
            encoded.setTimeUnixNano(time.isEmpty() ? encoded.getTimeUnixNano() : EnvelopeCodec.parseUnsigned(time));
        }
        return encoded.build();
    }

    /**
     * Returns whether the model can hold the time of the event. If it cannot, {@link #of} uses the latest time that it can
     * hold.
     */
    static boolean hasStorableTime(Span.Event event) {
        return event.getTimeUnixNano() >= 0;
    }

    private static Instant timeOf(Span.Event event) {
        return hasStorableTime(event) ? Times.ofNanos(event.getTimeUnixNano()) : Times.LATEST;
    }

    private static UUID idOf(Span span, int index) {
        return DerivedIds.uuid(
                span.getTraceId(),
                span.getSpanId(),
                ByteString.copyFrom(ByteBuffer.allocate(4).putInt(index).array()));
    }
}
