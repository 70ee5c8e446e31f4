package io.llmtrace.otlp.internal.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.Times;
import io.llmtrace.otlp.internal.messages.MessageEvents;
import io.llmtrace.otlp.internal.wire.Decode;
import io.llmtrace.otlp.internal.wire.EnvelopeCodec;
import io.llmtrace.otlp.internal.wire.FlattenedLists;
import io.llmtrace.otlp.internal.wire.SpanEvents;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An OTLP span with its envelope, prepared for the mapping table.
 *
 * <p>Looks up each of its attributes in the table once, so that a field asks only the sources that may have a value.
 * {@link #decisions()} records which source had one.
 */
public final class OtlpSpan implements MappableSpan {

    private final Span span;
    private final Envelope envelope;
    private final Decisions decisions = new Decisions();
    private final Map<String, AnyValue> ownAttributes;
    private final Map<String, AnyValue> attributes;
    private final BitSet candidates;
    private final Map<String, Optional<JsonNode>> trees = new HashMap<>(4);
    private MessageEvents.@Nullable Conversation conversation;

    /** Looks up the attributes of a span. The message is not copied. */
    public OtlpSpan(Span span, Envelope envelope) {
        this.span = span;
        this.envelope = envelope;
        this.ownAttributes = byKey(span.getAttributesList());
        this.attributes = withDetails(ownAttributes, span);
        this.candidates = candidates();
    }

    /** Returns the span as it was sent. */
    public Span message() {
        return span;
    }

    /** Returns the resource and the scope of the span. */
    public Envelope envelope() {
        return envelope;
    }

    /** Returns the instrumentation scope as it was sent. */
    public InstrumentationScope scope() {
        return envelope.scope();
    }

    /** Returns which source filled which field so far. */
    public Decisions decisions() {
        return decisions;
    }

    /** Returns the attributes of the span alone, without those of events, each with the last value of its key. */
    public Map<String, AnyValue> ownAttributes() {
        return ownAttributes;
    }

    @Override
    public String name() {
        return span.getName();
    }

    @Override
    public String scopeName() {
        return envelope.scope().getName();
    }

    @Override
    public @Nullable Instant startTime() {
        long start = EnvelopeCodec.startOrEnd(span);
        return start < 0 ? null : Times.ofNanos(start);
    }

    @Override
    public @Nullable AnyValue attribute(String key) {
        return attributes.get(key);
    }

    @Override
    public @Nullable AnyValue nearest(String key) {
        AnyValue own = attributes.get(key);
        return own != null ? own : envelope.attribute(key);
    }

    @Override
    public @Nullable JsonNode tree(String key) {
        return trees.computeIfAbsent(key, k -> Optional.ofNullable(Decode.tree(attributes.get(k))))
                .orElse(null);
    }

    @Override
    public List<Map<String, AnyValue>> items(String prefix) {
        return FlattenedLists.items(attributes, prefix);
    }

    @Override
    public Map<String, AnyValue> attributesBelow(String prefix) {
        Map<String, AnyValue> below = new LinkedHashMap<>();
        String start = prefix + ".";
        attributes.forEach((key, value) -> {
            if (key.startsWith(start)) {
                below.put(key.substring(start.length()), value);
            }
        });
        return below;
    }

    @Override
    public Map<String, AnyValue> nearestBelow(String prefix) {
        String start = prefix + ".";
        Map<String, AnyValue> below = new LinkedHashMap<>();
        envelope.attributesStartingWith(start).forEach((key, value) -> below.put(key.substring(start.length()), value));
        below.putAll(attributesBelow(prefix));
        return below;
    }

    @Override
    public List<Map<String, AnyValue>> events(List<String> names) {
        List<Map<String, AnyValue>> matching = new ArrayList<>();
        for (Span.Event event : span.getEventsList()) {
            if (names.contains(event.getName())) {
                matching.add(byKey(event.getAttributesList()));
            }
        }
        return matching;
    }

    @Override
    public @Nullable Instant timeOfEvent(String name) {
        for (Span.Event event : span.getEventsList()) {
            if (event.getName().equals(name) && event.getTimeUnixNano() > 0) {
                return Times.ofNanos(event.getTimeUnixNano());
            }
        }
        return null;
    }

    @Override
    public MessageEvents.Conversation conversationInEvents() {
        if (conversation == null) {
            conversation = MessageEvents.conversationIn(SpanEvents.of(span));
        }
        return conversation;
    }

    /** Returns the value of the first source that has one, and records which source it was. */
    public <T> @Nullable T first(MappedField<T> field) {
        return first(MappingTable.get().field(field), field.recorded() ? field.name() : null);
    }

    /** Returns the value of the first source that has one, without recording it. */
    public <T> @Nullable T firstUnrecorded(MappedField<T> field) {
        return first(MappingTable.get().field(field), null);
    }

    /**
     * Returns the value of the first source that has one.
     *
     * @param recordedAs the name under which to record the source; null not to record it
     */
    <T> @Nullable T first(MappingTable.FieldSources<T> sources, @Nullable String recordedAs) {
        for (int id = candidates.nextSetBit(sources.from()); id >= 0 && id < sources.to(); ) {
            FieldSource<T> source = sources.get(id);
            T value = source.read(this);
            if (value != null) {
                if (recordedAs != null) {
                    decisions.record(recordedAs, source.label());
                }
                return value;
            }
            id = candidates.nextSetBit(id + 1);
        }
        return null;
    }

    /**
     * A value with the source that had it.
     *
     * @param label the label of the source
     */
    public record SourcedValue<T>(String label, T value) {}

    /** Returns the values of all sources of a field that have one, in the order of the table, without recording them. */
    public <T> List<SourcedValue<T>> all(MappedField<T> field) {
        return all(MappingTable.get().field(field));
    }

    /** Returns the values of all sources that have one, in the order of the table. */
    <T> List<SourcedValue<T>> all(MappingTable.FieldSources<T> sources) {
        List<SourcedValue<T>> values = new ArrayList<>();
        for (int id = candidates.nextSetBit(sources.from()); id >= 0 && id < sources.to(); ) {
            FieldSource<T> source = sources.get(id);
            T value = source.read(this);
            if (value != null) {
                values.add(new SourcedValue<>(source.label(), value));
            }
            id = candidates.nextSetBit(id + 1);
        }
        return values;
    }

    /** Returns attributes by key, with the last value of each. */
    public static Map<String, AnyValue> byKey(List<KeyValue> attributes) {
        Map<String, AnyValue> map = new LinkedHashMap<>(attributes.size() * 2);
        attributes.forEach(entry -> map.put(entry.getKey(), entry.getValue()));
        return map;
    }

    /** Adds the attributes of events with details. Some emitters send several such events; the first value of a key counts. */
    private static Map<String, AnyValue> withDetails(Map<String, AnyValue> own, Span span) {
        Map<String, AnyValue> all = own;
        for (Span.Event event : span.getEventsList()) {
            if (event.getName().equals(MessageEvents.OPERATION_DETAILS)) {
                all = all == own ? new LinkedHashMap<>(own) : all;
                for (KeyValue entry : event.getAttributesList()) {
                    addDetail(entry.getKey(), entry.getValue(), all);
                }
            }
        }
        return all;
    }

    /** Adds one attribute of an event with details. If the event was a log record, its body may hold further ones. */
    static void addDetail(String key, AnyValue value, Map<String, AnyValue> to) {
        if (!key.equals(ReservedAttributes.LOG)) {
            to.putIfAbsent(key, value);
            return;
        }
        for (KeyValue ofLog : value.getKvlistValue().getValuesList()) {
            if (ofLog.getKey().equals("body")) {
                ofLog.getValue()
                        .getKvlistValue()
                        .getValuesList()
                        .forEach(detail -> to.putIfAbsent(detail.getKey(), detail.getValue()));
            }
        }
    }

    private BitSet candidates() {
        SourceIndex index = MappingTable.get().index();
        BitSet result = index.always();
        envelope.addCandidates(result);
        for (String key : attributes.keySet()) {
            index.findByKey(key, result);
        }
        for (Span.Event event : span.getEventsList()) {
            index.findByEvent(event.getName(), result);
        }
        return result;
    }
}
