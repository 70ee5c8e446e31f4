package io.llmtrace.model;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The implementation of an event. It is not public, so that a new component breaks no caller. */
record SpanEventValues(
        UUID id,
        Instant timestamp,
        String eventType,
        String description,
        @Nullable Object data) implements SpanEvent {

    /** Checks the values, fills in a description that JSON may leave out, and copies the data. */
    SpanEventValues {
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
