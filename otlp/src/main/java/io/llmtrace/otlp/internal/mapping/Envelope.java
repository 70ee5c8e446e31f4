package io.llmtrace.otlp.internal.mapping;

import io.llmtrace.otlp.internal.wire.EnvelopeCodec;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.resource.v1.Resource;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The resource and the instrumentation scope of a span, shared by all spans that have both in common.
 *
 * <p>Computes their JSON forms, and the sources that may read them, once rather than for each span.
 */
public final class Envelope {

    private final Layer<Resource> resource;
    private final Layer<InstrumentationScope> scope;

    private Envelope(Layer<Resource> resource, Layer<InstrumentationScope> scope) {
        this.resource = resource;
        this.scope = scope;
    }

    /** The resource or the scope, with what is derived from it. */
    private record Layer<T>(
            T message,
            String schemaUrl,
            Map<String, AnyValue> attributes,
            BitSet candidates,
            Map<String, @Nullable Object> json) {

        static <T> Layer<T> of(
                T message, String schemaUrl, Map<String, AnyValue> attributes, Map<String, @Nullable Object> json) {
            BitSet candidates = new BitSet();
            attributes.keySet().forEach(key -> MappingTable.get().index().findByEnvelopeKey(key, candidates));
            return new Layer<>(message, schemaUrl, attributes, candidates, json);
        }
    }

    /** Returns the envelope of spans of this resource that have an empty scope. */
    public static Envelope of(Resource resource, String schemaUrl) {
        Layer<Resource> layer = Layer.of(
                resource,
                schemaUrl,
                OtlpSpan.byKey(resource.getAttributesList()),
                EnvelopeCodec.resource(resource, schemaUrl));
        return new Envelope(layer, scopeLayer(InstrumentationScope.getDefaultInstance(), ""));
    }

    /** Returns an envelope of the same resource and this scope. */
    public Envelope withScope(InstrumentationScope other, String schemaUrl) {
        return new Envelope(resource, scopeLayer(other, schemaUrl));
    }

    private static Layer<InstrumentationScope> scopeLayer(InstrumentationScope scope, String schemaUrl) {
        return Layer.of(
                scope, schemaUrl, OtlpSpan.byKey(scope.getAttributesList()), EnvelopeCodec.scope(scope, schemaUrl));
    }

    /** Returns the resource as it was sent. */
    public Resource resource() {
        return resource.message;
    }

    /** Returns the schema URL of the resource; empty if there is none. */
    public String resourceSchemaUrl() {
        return resource.schemaUrl;
    }

    /** Returns the resource as it is stored; empty for an empty one. */
    public Map<String, @Nullable Object> resourceJson() {
        return resource.json;
    }

    /** Returns the scope as it was sent. */
    public InstrumentationScope scope() {
        return scope.message;
    }

    /** Returns the schema URL of the scope; empty if there is none. */
    public String scopeSchemaUrl() {
        return scope.schemaUrl;
    }

    /** Returns the scope as it is stored; empty for an empty one. */
    public Map<String, @Nullable Object> scopeJson() {
        return scope.json;
    }

    /** Returns an attribute of the scope, else of the resource. */
    public @Nullable AnyValue attribute(String key) {
        AnyValue ofScope = scope.attributes.get(key);
        return ofScope != null ? ofScope : resource.attributes.get(key);
    }

    /** Returns the attributes of the resource and the scope whose keys start with {@code start}; those of the scope count. */
    Map<String, AnyValue> attributesStartingWith(String start) {
        Map<String, AnyValue> matching = new LinkedHashMap<>();
        for (Map<String, AnyValue> layer : List.of(resource.attributes, scope.attributes)) {
            layer.forEach((key, value) -> {
                if (key.startsWith(start)) {
                    matching.put(key, value);
                }
            });
        }
        return matching;
    }

    /** Adds the sources that read an attribute of this scope or resource. */
    void addCandidates(BitSet result) {
        result.or(resource.candidates);
        result.or(scope.candidates);
    }
}
