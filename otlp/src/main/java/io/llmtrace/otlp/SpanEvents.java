package io.llmtrace.otlp;

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

/** OTLP's span events and the model's. An id is derived from span and place, so that a resend gives the same event. */
final class SpanEvents {

    private SpanEvents() {}

    static List<SpanEvent> of(Span span) {
        List<SpanEvent> events = new ArrayList<>(span.getEventsCount());
        for (int i = 0; i < span.getEventsCount(); i++) {
            Span.Event event = span.getEvents(i);
            Object data = event.getAttributesCount() == 0 ? null : AttributeCodec.encode(event.getAttributesList());
            events.add(new SpanEvent(idOf(span, i), timeOf(event), event.getName(), "", data));
        }
        return events;
    }

    /** What {@link #of} makes of it is the event, as far as OTLP can say it. */
    static Span.Event encode(SpanEvent event, @Nullable Map<?, ?> extra) {
        Span.Event.Builder encoded = Span.Event.newBuilder()
                .setName(event.eventType())
                .setTimeUnixNano(Math.max(0, Times.toNanos(event.timestamp())))
                .addAllAttributes(AttributeCodec.decodeList(event.data()));
        if (extra != null) {
            encoded.setDroppedAttributesCount(Surroundings.intOf(extra, "dropped_attributes_count"));
            String time = Surroundings.textOf(extra, "time_unix_nano");
            encoded.setTimeUnixNano(time.isEmpty() ? encoded.getTimeUnixNano() : Surroundings.parseUnsigned(time));
        }
        return encoded.build();
    }

    /** Whether the time fits the model; one that does not becomes the latest that does. */
    static boolean hasStorableTime(Span.Event event) {
        return event.getTimeUnixNano() >= 0;
    }

    private static Instant timeOf(Span.Event event) {
        return hasStorableTime(event) ? Times.ofNanos(event.getTimeUnixNano()) : Times.LATEST;
    }

    private static UUID idOf(Span span, int index) {
        return Names.uuid(
                span.getTraceId(),
                span.getSpanId(),
                ByteString.copyFrom(ByteBuffer.allocate(4).putInt(index).array()));
    }
}
