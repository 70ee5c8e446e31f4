package io.llmtrace.otlp;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A span with its surroundings, for look-ups by key. Of a key that is given twice, the last value counts. */
final class SpanView {

    final Span span;
    final Resource resource;
    final String resourceSchemaUrl;
    final InstrumentationScope scope;
    final String scopeSchemaUrl;
    private final Map<String, AnyValue> attributes;

    SpanView(
            Span span, Resource resource, String resourceSchemaUrl, InstrumentationScope scope, String scopeSchemaUrl) {
        this.span = span;
        this.resource = resource;
        this.resourceSchemaUrl = resourceSchemaUrl;
        this.scope = scope;
        this.scopeSchemaUrl = scopeSchemaUrl;
        this.attributes = byKey(span.getAttributesList());
    }

    @Nullable
    AnyValue attribute(String key) {
        return attributes.get(key);
    }

    Map<String, AnyValue> attributes() {
        return attributes;
    }

    /** Of the span, else of the scope, else of the resource. */
    @Nullable
    AnyValue nearest(String key) {
        AnyValue own = attributes.get(key);
        if (own != null) {
            return own;
        }
        AnyValue ofScope = last(scope.getAttributesList(), key);
        return ofScope != null ? ofScope : last(resource.getAttributesList(), key);
    }

    boolean hasKey(String key) {
        return attributes.containsKey(key);
    }

    boolean hasKeyWithPrefix(String prefix) {
        return attributes.keySet().stream().anyMatch(key -> key.startsWith(prefix));
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

    static Map<String, AnyValue> byKey(List<KeyValue> attributes) {
        Map<String, AnyValue> map = new LinkedHashMap<>(attributes.size() * 2);
        attributes.forEach(entry -> map.put(entry.getKey(), entry.getValue()));
        return map;
    }

    private static @Nullable AnyValue last(List<KeyValue> attributes, String key) {
        AnyValue found = null;
        for (KeyValue entry : attributes) {
            found = entry.getKey().equals(key) ? entry.getValue() : found;
        }
        return found;
    }
}
