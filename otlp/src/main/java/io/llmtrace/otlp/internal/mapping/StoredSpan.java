package io.llmtrace.otlp.internal.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.messages.MessageEvents;
import io.llmtrace.otlp.internal.wire.AttributeCodec;
import io.llmtrace.otlp.internal.wire.Decode;
import io.llmtrace.otlp.internal.wire.EnvelopeCodec;
import io.llmtrace.otlp.internal.wire.FlattenedLists;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stored span, whose JSON attributes sources of the mapping table read. A value is converted only when a source reads it, so
 * that looking up one field of a large span is cheap.
 */
public final class StoredSpan implements MappableSpan {

    private final TraceSpan span;
    private final Map<String, AnyValue> details = new LinkedHashMap<>();
    private final Map<String, Optional<JsonNode>> trees = new HashMap<>(4);

    /** Wraps a span. Suits a few look-ups: unlike {@link OtlpSpan}, it has no index of its attributes. */
    public StoredSpan(TraceSpan span) {
        this.span = span;
        for (SpanEvent event : span.events()) {
            if (event.eventType().equals(MessageEvents.OPERATION_DETAILS)) {
                for (KeyValue entry : AttributeCodec.decodeList(event.data())) {
                    OtlpSpan.addDetail(entry.getKey(), entry.getValue(), details);
                }
            }
        }
    }

    /** Returns the value of the first source of the field that has one. */
    public <T> @Nullable T first(MappedField<T> field) {
        for (FieldSource<T> source : MappingTable.get().field(field).list()) {
            T value = source.read(this);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    @Override
    public String name() {
        return span.operationName();
    }

    @Override
    public String scopeName() {
        return EnvelopeCodec.textOf(envelope(ReservedAttributes.SCOPE), "name");
    }

    @Override
    public Instant startTime() {
        return span.startTime();
    }

    @Override
    public @Nullable AnyValue attribute(String key) {
        if (isAttribute(key)) {
            return decode(span.attributes().get(key));
        }
        return details.get(key);
    }

    /**
     * Returns whether the key names an attribute that was sent. The reserved keys of the envelope do not: if a sender uses one
     * of them, its value is stored inside {@code otel.span}.
     */
    private boolean isAttribute(String key) {
        return span.attributes().containsKey(key) && !ReservedAttributes.ENVELOPE.contains(key);
    }

    private AnyValue decode(@Nullable Object json) {
        return AttributeCodec.decode(json, span.prompt(), span.response());
    }

    @Override
    public @Nullable AnyValue nearest(String key) {
        AnyValue own = attribute(key);
        AnyValue near = own != null ? own : envelopeAttribute(ReservedAttributes.SCOPE, key);
        return near != null ? near : envelopeAttribute(ReservedAttributes.RESOURCE, key);
    }

    private @Nullable AnyValue envelopeAttribute(String layer, String key) {
        List<KeyValue> attributes = AttributeCodec.decodeList(envelope(layer).get("attributes"));
        return OtlpSpan.byKey(attributes).get(key);
    }

    private Map<?, ?> envelope(String layer) {
        return span.attributes().get(layer) instanceof Map<?, ?> json ? json : Map.of();
    }

    @Override
    public @Nullable JsonNode tree(String key) {
        return trees.computeIfAbsent(key, k -> Optional.ofNullable(Decode.tree(attribute(k))))
                .orElse(null);
    }

    @Override
    public List<Map<String, AnyValue>> items(String prefix) {
        return FlattenedLists.items(startingWith(prefix + "."), prefix);
    }

    @Override
    public Map<String, AnyValue> attributesBelow(String prefix) {
        Map<String, AnyValue> below = new LinkedHashMap<>();
        String start = prefix + ".";
        startingWith(start).forEach((key, value) -> below.put(key.substring(start.length()), value));
        return below;
    }

    @Override
    public Map<String, AnyValue> nearestBelow(String prefix) {
        String start = prefix + ".";
        Map<String, AnyValue> below = new LinkedHashMap<>();
        for (String layer : List.of(ReservedAttributes.RESOURCE, ReservedAttributes.SCOPE)) {
            for (KeyValue entry : AttributeCodec.decodeList(envelope(layer).get("attributes"))) {
                if (entry.getKey().startsWith(start)) {
                    below.put(entry.getKey().substring(start.length()), entry.getValue());
                }
            }
        }
        below.putAll(attributesBelow(prefix));
        return below;
    }

    private Map<String, AnyValue> startingWith(String start) {
        Map<String, AnyValue> matching = new LinkedHashMap<>();
        span.attributes().forEach((key, value) -> {
            if (key.startsWith(start) && isAttribute(key)) {
                matching.put(key, decode(value));
            }
        });
        details.forEach((key, value) -> {
            if (key.startsWith(start)) {
                matching.putIfAbsent(key, value);
            }
        });
        return matching;
    }

    @Override
    public List<Map<String, AnyValue>> events(List<String> names) {
        List<Map<String, AnyValue>> matching = new ArrayList<>();
        for (SpanEvent event : span.events()) {
            if (names.contains(event.eventType())) {
                matching.add(OtlpSpan.byKey(AttributeCodec.decodeList(event.data())));
            }
        }
        return matching;
    }

    @Override
    public @Nullable Instant timeOfEvent(String name) {
        for (SpanEvent event : span.events()) {
            if (event.eventType().equals(name) && event.timestamp().isAfter(Instant.EPOCH)) {
                return event.timestamp();
            }
        }
        return null;
    }

    @Override
    public MessageEvents.Conversation conversationInEvents() {
        return MessageEvents.conversationIn(span.events());
    }
}
