package io.llmtrace.json;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.FieldType;
import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.ExpiredTraces;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.SpanDigest;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.SessionSummary;
import io.llmtrace.storage.analytics.Timeline;
import io.llmtrace.storage.analytics.TraceTimeline;
import io.llmtrace.storage.analytics.ValueMeasures;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Function;

/** A Jackson module that writes times, ids and enums as JSON strings, and spans and outlines as {@link SpanJson} does. */
final class ModelModule extends SimpleModule {

    private static final long serialVersionUID = 1L;

    ModelModule() {
        text(Instant.class, Instant::toString, FieldType.TIME::parse);
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
        addSerializer(TraceSpan.class, new SpanJson.SpanWriter());
        addDeserializer(TraceSpan.class, new SpanJson.SpanReader());
        addSerializer(SpanOutline.class, new SpanJson.OutlineWriter());
        addDeserializer(SpanOutline.class, new SpanJson.OutlineReader());
        onlyImplementation(AgentAction.class);
        onlyImplementation(SecurityFinding.class);
        onlyImplementation(SpanEvent.class);
        onlyImplementation(TraceEvent.class);
        onlyImplementation(SpanDigest.class);
        onlyImplementation(TraceSummary.class);
        onlyImplementation(StorageStats.class);
        onlyImplementation(ExpiredTraces.class);
        onlyImplementation(GlobalStats.class);
        onlyImplementation(StoreHealth.class);
        onlyImplementation(Measures.class);
        onlyImplementation(Timeline.class);
        onlyImplementation(Timeline.Group.class);
        onlyImplementation(Timeline.Bucket.class);
        onlyImplementation(TraceTimeline.class);
        onlyImplementation(TraceTimeline.Bucket.class);
        onlyImplementation(SessionSummary.class);
        onlyImplementation(ActionCount.class);
        onlyImplementation(FindingCount.class);
        setMixInAnnotation(Timeline.Bucket.class, FlatMeasures.class);
        setMixInAnnotation(ValueMeasures.class, FlatMeasures.class);
        setMixInAnnotation(SessionSummary.class, FlatMeasures.class);
    }

    private <T> void text(Class<T> type, Function<T, String> write, Function<String, T> read) {
        addSerializer(type, new TextSerializer<>(type, write));
        addDeserializer(type, new TextDeserializer<>(type, read));
    }

    /** Reads a sealed interface as its only implementation, which is a record that is not public. */
    @SuppressWarnings("unchecked") // a permitted subclass is a subclass
    private <T> void onlyImplementation(Class<T> sealed) {
        Class<?>[] permitted = sealed.getPermittedSubclasses();
        if (permitted.length != 1) {
            throw new IllegalStateException(sealed + " has " + permitted.length + " implementations");
        }
        addAbstractTypeMapping(sealed, (Class<? extends T>) permitted[0]);
    }

    /** Writes the members of the measures into the object that contains them, not into a nested object. */
    private abstract static class FlatMeasures {
        @JsonUnwrapped
        abstract Measures measures();
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
