package io.llmtrace.model;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened at one moment of a span.
 *
 * @param description empty when there is nothing to say beyond the type
 * @param data any JSON, in the types of {@link JsonValues}
 */
public record SpanEvent(
        UUID id,
        Instant timestamp,
        String eventType,
        String description,
        @Nullable Object data) {

    public SpanEvent {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(timestamp, "timestamp");
        Objects.requireNonNull(eventType, "eventType");
        description = description == null ? "" : description;
        Times.requireStorable(timestamp, "events.timestamp");
        Texts.requireStorable(eventType, "events.event_type");
        Texts.requireStorable(description, "events.description");
        data = JsonValues.copyOf(data, "events.data");
    }
}
