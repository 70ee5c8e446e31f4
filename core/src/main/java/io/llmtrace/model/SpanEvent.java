package io.llmtrace.model;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An event at one moment of a span, such as the first token of a response. Texts are at most 16 MiB of UTF-8. */
public sealed interface SpanEvent permits SpanEventValues {

    /** Returns the id, unique among the events of a span. */
    UUID id();

    /** Returns when the event happened. */
    Instant timestamp();

    /** Returns the type: free text, such as {@code first_token}. */
    String eventType();

    /** Returns a sentence for people; may be empty. */
    String description();

    /** Returns any JSON as the values that {@link JsonValues} describes; null for none. */
    @Nullable
    Object data();

    /** Returns a builder with a random id, and with neither description nor data. */
    static Builder builder(String eventType, Instant timestamp) {
        return new Builder(eventType, timestamp);
    }

    /** Returns a builder with all values of this event, including its id. */
    default Builder toBuilder() {
        return new Builder(eventType(), timestamp())
                .id(id())
                .description(description())
                .data(data());
    }

    /** Builds an event. Each method sets the value of its name; see {@link SpanEvent}. */
    final class Builder {
        private final String eventType;
        private final Instant timestamp;
        private @Nullable UUID id;
        private String description = "";
        private @Nullable Object data;

        private Builder(String eventType, Instant timestamp) {
            this.eventType = eventType;
            this.timestamp = timestamp;
        }

        public Builder id(UUID value) {
            this.id = Objects.requireNonNull(value, "id");
            return this;
        }

        public Builder description(String value) {
            this.description = value;
            return this;
        }

        public Builder data(@Nullable Object value) {
            this.data = value;
            return this;
        }

        /**
         * Builds the event, with a copy of the data.
         *
         * @throws IllegalArgumentException if a value is out of range or a text is too long; the message begins with its name
         */
        public SpanEvent build() {
            return new SpanEventValues(id == null ? UUID.randomUUID() : id, timestamp, eventType, description, data);
        }
    }
}
