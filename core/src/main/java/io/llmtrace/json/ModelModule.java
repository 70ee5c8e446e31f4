package io.llmtrace.json;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.SessionSummary;
import io.llmtrace.storage.analytics.Timeline;
import io.llmtrace.storage.analytics.ValueMeasures;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Function;

/** How the values that are one JSON string are written and read. */
final class ModelModule extends SimpleModule {

    private static final long serialVersionUID = 1L;

    ModelModule() {
        text(Instant.class, Instant::toString, ModelModule::parseTime);
        text(UUID.class, UUID::toString, Ids::parseTraceId);
        text(LlmProvider.class, LlmProvider::name, LlmProvider::new);
        text(SpanKind.class, SpanKind::text, SpanKind::ofText);
        text(SpanStatus.class, SpanStatus::text, SpanStatus::ofText);
        text(Severity.class, Severity::text, Severity::ofText);
        text(AgentActionType.class, AgentActionType::text, AgentActionType::ofText);
        text(Order.class, Order::text, Order::ofText);
        text(
                StoreHealth.State.class,
                state -> state.name().toLowerCase(Locale.ROOT),
                name -> StoreHealth.State.valueOf(name.toUpperCase(Locale.ROOT)));
        setMixInAnnotation(TraceSpan.class, SpanIdsAsHex.class);
        setMixInAnnotation(SpanOutline.class, SpanIdsAsHex.class);
        setMixInAnnotation(Timeline.Bucket.class, FlatMeasures.class);
        setMixInAnnotation(ValueMeasures.class, FlatMeasures.class);
        setMixInAnnotation(SessionSummary.class, FlatMeasures.class);
    }

    private <T> void text(Class<T> type, Function<T, String> write, Function<String, T> read) {
        addSerializer(type, new TextSerializer<>(type, write));
        addDeserializer(type, new TextDeserializer<>(type, read));
    }

    private static Instant parseTime(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "not an RFC 3339 time such as 2026-01-31T09:30:00.123456789Z: '" + text + "'", e);
        }
    }

    /** Span ids are UUIDs as well, but those of OTLP are shown and taken as 16 hex digits. */
    private abstract static class SpanIdsAsHex {
        @JsonSerialize(using = SpanIdSerializer.class)
        @JsonDeserialize(using = SpanIdDeserializer.class)
        abstract UUID spanId();

        @JsonSerialize(using = SpanIdSerializer.class)
        @JsonDeserialize(using = SpanIdDeserializer.class)
        abstract UUID parentSpanId();
    }

    /** Measures stand beside the other fields, not in an object of their own. */
    private abstract static class FlatMeasures {
        @JsonUnwrapped
        abstract Measures measures();
    }

    private static final class SpanIdSerializer extends TextSerializer<UUID> {
        private static final long serialVersionUID = 1L;

        SpanIdSerializer() {
            super(UUID.class, Ids::formatSpanId);
        }
    }

    private static final class SpanIdDeserializer extends TextDeserializer<UUID> {
        private static final long serialVersionUID = 1L;

        SpanIdDeserializer() {
            super(UUID.class, Ids::parseSpanId);
        }
    }

    private static class TextSerializer<T> extends StdSerializer<T> {
        private static final long serialVersionUID = 1L;
        private final transient Function<T, String> write;

        TextSerializer(Class<T> type, Function<T, String> write) {
            super(type);
            this.write = write;
        }

        @Override
        public void serialize(T value, JsonGenerator generator, SerializerProvider provider) throws IOException {
            generator.writeString(write.apply(value));
        }
    }

    private static class TextDeserializer<T> extends StdDeserializer<T> {
        private static final long serialVersionUID = 1L;
        private final transient Function<String, T> read;

        TextDeserializer(Class<T> type, Function<String, T> read) {
            super(type);
            this.read = read;
        }

        @Override
        @SuppressWarnings("unchecked")
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (!parser.hasToken(JsonToken.VALUE_STRING)) {
                return (T) context.handleUnexpectedToken(_valueClass, parser);
            }
            try {
                return read.apply(parser.getText());
            } catch (IllegalArgumentException e) {
                throw JsonMappingException.from(parser, e.getMessage(), e);
            }
        }
    }
}
