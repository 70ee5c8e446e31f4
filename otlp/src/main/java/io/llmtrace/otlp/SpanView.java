package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A span with its surroundings, as the mapping table looks at it. Of a key that is given twice, the last value counts.
 *
 * <p>Each attribute is looked up in the table once; a field then asks only those of its sources that may have something.
 */
final class SpanView {

    final Span span;
    final Resource resource;
    final String resourceSchemaUrl;
    final InstrumentationScope scope;
    final String scopeSchemaUrl;
    final Decisions decisions = new Decisions();
    final Around ofResource;
    final Around ofScope;
    private final Map<String, AnyValue> attributes;
    private final Map<String, AnyValue> lookups;
    private final BitSet candidates;
    private final Map<String, Optional<JsonNode>> trees = new HashMap<>(4);
    private MessageEvents.@Nullable Content messageEvents;

    SpanView(
            Span span, Resource resource, String resourceSchemaUrl, InstrumentationScope scope, String scopeSchemaUrl) {
        this(
                span,
                resource,
                resourceSchemaUrl,
                Around.of(resource, resourceSchemaUrl),
                scope,
                scopeSchemaUrl,
                Around.of(scope, scopeSchemaUrl));
    }

    SpanView(
            Span span,
            Resource resource,
            String resourceSchemaUrl,
            Around ofResource,
            InstrumentationScope scope,
            String scopeSchemaUrl,
            Around ofScope) {
        this.span = span;
        this.resource = resource;
        this.resourceSchemaUrl = resourceSchemaUrl;
        this.ofResource = ofResource;
        this.scope = scope;
        this.scopeSchemaUrl = scopeSchemaUrl;
        this.ofScope = ofScope;
        this.attributes = byKey(span.getAttributesList());
        this.lookups = withDetails(attributes, span);
        this.candidates = candidates();
    }

    /**
     * A resource or a scope: one for all of its spans.
     *
     * @param json as it is kept ({@link Surroundings})
     */
    record Around(Map<String, AnyValue> attributes, BitSet candidates, Map<String, @Nullable Object> json) {
        static Around of(Resource resource, String schemaUrl) {
            return of(resource.getAttributesList(), Surroundings.resource(resource, schemaUrl));
        }

        static Around of(InstrumentationScope scope, String schemaUrl) {
            return of(scope.getAttributesList(), Surroundings.scope(scope, schemaUrl));
        }

        private static Around of(List<KeyValue> list, Map<String, @Nullable Object> json) {
            Map<String, AnyValue> attributes = byKey(list);
            BitSet candidates = new BitSet();
            attributes.keySet().forEach(key -> MappingTable.get().addNear(key, candidates));
            return new Around(attributes, candidates, json);
        }
    }

    /** Of the span, else of an event of it with the details of the inference. */
    @Nullable
    AnyValue attribute(String key) {
        return lookups.get(key);
    }

    /** The span's own. */
    Map<String, AnyValue> attributes() {
        return attributes;
    }

    /** All that {@link #attribute} finds. */
    Map<String, AnyValue> lookups() {
        return lookups;
    }

    /** Of the span, else of the scope, else of the resource. */
    @Nullable
    AnyValue nearest(String key) {
        AnyValue own = lookups.get(key);
        if (own != null) {
            return own;
        }
        AnyValue near = ofScope.attributes.get(key);
        return near != null ? near : ofResource.attributes.get(key);
    }

    /** JSON that an attribute holds, as a value or as text; null if it holds none. */
    @Nullable
    JsonNode tree(String key) {
        return trees.computeIfAbsent(key, k -> Optional.ofNullable(Decode.tree(lookups.get(k))))
                .orElse(null);
    }

    /** The attributes of the span's events of that name, in their order. */
    List<Map<String, AnyValue>> events(String name) {
        List<Map<String, AnyValue>> found = new ArrayList<>();
        for (Span.Event event : span.getEventsList()) {
            if (event.getName().equals(name)) {
                found.add(byKey(event.getAttributesList()));
            }
        }
        return found;
    }

    /** What its events say that hold a message each. */
    MessageEvents.Content messageEvents() {
        if (messageEvents == null) {
            messageEvents = MessageEvents.contentOf(SpanEvents.of(span));
        }
        return messageEvents;
    }

    /** What the first source says that says something; that it was this one is noted. */
    <T> @Nullable T first(Target<T> target) {
        return first(MappingTable.get().field(target), target.recorded() ? target.name() : null);
    }

    /** @param noteAs under which name to note what decided; null not to */
    <T> @Nullable T first(MappingTable.Sources<T> sources, @Nullable String noteAs) {
        for (int id = candidates.nextSetBit(sources.from()); id >= 0 && id < sources.to(); ) {
            Source<T> source = sources.get(id);
            T value = source.read(this);
            if (value != null) {
                if (noteAs != null) {
                    decisions.note(noteAs, source.label());
                }
                return value;
            }
            id = candidates.nextSetBit(id + 1);
        }
        return null;
    }

    /** What each source says that says something, in the order of preference. */
    <T> List<T> all(MappingTable.Sources<T> sources) {
        return allSaid(sources).stream().map(Said::value).toList();
    }

    /** @param label of the source */
    record Said<T>(String label, T value) {}

    <T> List<Said<T>> allSaid(MappingTable.Sources<T> sources) {
        List<Said<T>> values = new ArrayList<>();
        for (int id = candidates.nextSetBit(sources.from()); id >= 0 && id < sources.to(); ) {
            Source<T> source = sources.get(id);
            T value = source.read(this);
            if (value != null) {
                values.add(new Said<>(source.label(), value));
            }
            id = candidates.nextSetBit(id + 1);
        }
        return values;
    }

    static Map<String, AnyValue> byKey(List<KeyValue> attributes) {
        Map<String, AnyValue> map = new LinkedHashMap<>(attributes.size() * 2);
        attributes.forEach(entry -> map.put(entry.getKey(), entry.getValue()));
        return map;
    }

    /** Some send the details in several events of the same name: what the first says counts. */
    private static Map<String, AnyValue> withDetails(Map<String, AnyValue> own, Span span) {
        Map<String, AnyValue> all = own;
        for (Span.Event event : span.getEventsList()) {
            if (event.getName().equals(MessageEvents.OPERATION_DETAILS)) {
                all = all == own ? new LinkedHashMap<>(own) : all;
                for (KeyValue entry : event.getAttributesList()) {
                    addDetail(entry, all);
                }
            }
        }
        return all;
    }

    /** An event that came as a log record may have the details in its body. */
    private static void addDetail(KeyValue entry, Map<String, AnyValue> to) {
        if (!entry.getKey().equals(LogEvents.LOG)) {
            to.putIfAbsent(entry.getKey(), entry.getValue());
            return;
        }
        for (KeyValue ofLog : entry.getValue().getKvlistValue().getValuesList()) {
            if (ofLog.getKey().equals("body")) {
                ofLog.getValue()
                        .getKvlistValue()
                        .getValuesList()
                        .forEach(detail -> to.putIfAbsent(detail.getKey(), detail.getValue()));
            }
        }
    }

    private BitSet candidates() {
        MappingTable table = MappingTable.get();
        BitSet found = table.always();
        found.or(ofResource.candidates);
        found.or(ofScope.candidates);
        for (String key : lookups.keySet()) {
            table.addAttribute(key, found);
        }
        for (Span.Event event : span.getEventsList()) {
            table.addEvent(event.getName(), found);
        }
        return found;
    }
}
