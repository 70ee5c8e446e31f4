package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.TraceSpan;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Maps stored spans again, from the attributes that they were mapped from: what the mapping table or the prices have learnt
 * since then comes to old spans, too. Security findings, events and fields that a span said itself ({@link NativeFields})
 * stay. A span that was mapped again is mapped to itself the next time.
 */
public final class Remapper {

    /** Of ingest: events that wait for their span. */
    private static final String PLACEHOLDER = "llmtrace.placeholder";

    private final Prices prices;

    public Remapper(Prices prices) {
        this.prices = prices;
    }

    /** Whether the span came by OTLP: others said their fields themselves. */
    public static boolean cameByOtlp(TraceSpan span) {
        Map<String, @Nullable Object> attributes = span.attributes();
        return !attributes.containsKey(PLACEHOLDER)
                && (attributes.get(Decisions.KEY) instanceof String
                        || Surroundings.RESERVED.stream().anyMatch(attributes::containsKey));
    }

    /**
     * @return equal to the given one if nothing is different, or if it did not come by OTLP
     * @throws IllegalArgumentException if its attributes no longer make a span that can be stored
     */
    public TraceSpan remap(TraceSpan stored) {
        if (!cameByOtlp(stored)) {
            return stored;
        }
        Map<String, @Nullable Object> kept = new LinkedHashMap<>();
        TraceSpan mapped = SpanMapper.map(original(stored, kept), stored.tenantId(), prices);
        mapped = withNativeFields(mapped, stored);
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>(mapped.attributes());
        attributes.putAll(kept);
        return LogEvents.complete(mapped.toBuilder()
                .events(stored.events())
                .securityFindings(stored.securityFindings())
                .securityScore(stored.securityScore())
                .attributes(attributes)
                .build());
    }

    /**
     * The span as it was sent.
     *
     * @param kept takes attributes that say nothing here and stay: what refers to a prompt or a response that is gone, by
     *     redaction; native fields, which said what they say when the span came; what OTLP says around the attributes
     */
    private static SpanView original(TraceSpan stored, Map<String, @Nullable Object> kept) {
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        stored.attributes().forEach((key, value) -> {
            if (key.equals(Decisions.KEY) || key.equals(LogEvents.FROM_LOGS)) {
                return;
            }
            Object resolved = AttributeCodec.resolve(value, stored.prompt(), stored.response());
            if (AttributeCodec.isReference(resolved) || NativeFields.isOwn(key)) {
                kept.put(key, value);
                return;
            }
            if (Surroundings.RESERVED.contains(key)) {
                kept.put(key, value);
            }
            attributes.put(key, resolved);
        });
        List<SpanEvent> own = new ArrayList<>(stored.events());
        own.removeIf(LogEvents::isFromLog);
        TraceSpan bare = TraceSpan.builder(
                        stored.tenantId(),
                        stored.traceId(),
                        stored.spanId(),
                        stored.operationName(),
                        stored.startTime())
                .parentSpanId(stored.parentSpanId())
                .endTime(stored.endTime())
                .events(own)
                .attributes(attributes)
                .build();
        SpanView view = SpanEncoder.viewOf(bare);
        Span.Builder span = view.span.toBuilder().clearAttributes();
        view.span.getAttributesList().stream()
                .filter(attribute -> !NativeFields.isOwn(attribute.getKey()))
                .forEach(span::addAttributes);
        return new SpanView(span.build(), view.resource, view.resourceSchemaUrl, view.scope, view.scopeSchemaUrl);
    }

    private static TraceSpan withNativeFields(TraceSpan mapped, TraceSpan stored) {
        String names = stored.attributes().get(Decisions.KEY) instanceof String decisions
                ? Decisions.of(decisions, Decisions.NATIVE)
                : "";
        if (names.isEmpty()) {
            return mapped;
        }
        ObjectNode json = Json.MODEL.valueToTree(mapped);
        ObjectNode before = Json.MODEL.valueToTree(stored);
        for (String name : names.split(",")) {
            JsonNode value = before.get(name);
            if (value == null) {
                json.remove(name);
            } else if (NativeFields.NAMES.contains(name)) {
                json.set(name, value);
            }
        }
        TraceSpan span = TraceJson.readSpan(json, stored.tenantId());
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>(span.attributes());
        attributes.put(Decisions.KEY, mapped.attributes().get(Decisions.KEY) + " " + Decisions.NATIVE + "=" + names);
        return span.toBuilder().attributes(attributes).build();
    }
}
