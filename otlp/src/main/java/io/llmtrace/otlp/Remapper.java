package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.mapping.Decisions;
import io.llmtrace.otlp.internal.mapping.NativeFields;
import io.llmtrace.otlp.internal.mapping.OtlpSpan;
import io.llmtrace.otlp.internal.wire.AttributeCodec;
import io.llmtrace.otlp.internal.wire.Json;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Maps stored spans again from the attributes that they were mapped from, so that a newer mapping table or newer prices apply to
 * old spans, too. Security findings, events, and fields that a span set itself ({@link NativeFields}) are kept. Mapping is
 * idempotent: a span that was mapped again does not change the next time. Thread-safe.
 */
public final class Remapper {

    private final Prices prices;
    private final CostEstimator estimator;

    /** Creates a remapper that estimates costs with these prices. */
    public Remapper(Prices prices) {
        this.prices = prices;
        this.estimator = new CostEstimator(prices);
    }

    /**
     * Returns whether the span arrived over OTLP and is not a placeholder. Only such a span has fields that were mapped from
     * attributes.
     */
    public static boolean cameByOtlp(TraceSpan span) {
        Map<String, @Nullable Object> attributes = span.attributes();
        return !attributes.containsKey(ReservedAttributes.PLACEHOLDER)
                && ((attributes.get(ReservedAttributes.MAPPING) instanceof String decisions
                                && !CostEstimator.isEstimate(decisions))
                        || ReservedAttributes.ENVELOPE.stream().anyMatch(attributes::containsKey));
    }

    /**
     * Returns the span as the current mapping table and prices would map it. Of a span that did not arrive over OTLP, only the cost is
     * estimated again ({@link CostEstimator}). The result is equal to the given span if nothing differs.
     *
     * @throws IllegalArgumentException if its attributes do not make a span that can be stored
     */
    public TraceSpan remap(TraceSpan stored) {
        if (!cameByOtlp(stored)) {
            return estimator.estimateAgain(stored);
        }
        Map<String, @Nullable Object> unchanged = new LinkedHashMap<>();
        TraceSpan mapped = SpanMapper.map(original(stored, unchanged), stored.tenantId(), prices);
        mapped = withNativeFields(mapped, stored);
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>(mapped.attributes());
        attributes.putAll(unchanged);
        return LogEvents.complete(mapped.toBuilder()
                .events(stored.events())
                .securityFindings(stored.securityFindings())
                .securityScore(stored.securityScore())
                .attributes(attributes)
                .build());
    }

    /**
     * Restores the span as it was sent.
     *
     * @param unchanged receives the attributes to copy unchanged to the remapped span: the envelope, references to a prompt or
     *     response that has been removed since, and native fields, which must not be applied a second time
     */
    private static OtlpSpan original(TraceSpan stored, Map<String, @Nullable Object> unchanged) {
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        stored.attributes().forEach((key, value) -> {
            if (key.equals(ReservedAttributes.MAPPING) || key.equals(ReservedAttributes.FROM_LOGS)) {
                return;
            }
            Object resolved = AttributeCodec.resolve(value, stored.prompt(), stored.response());
            if (AttributeCodec.isReference(resolved) || NativeFields.isNative(key)) {
                unchanged.put(key, value);
                return;
            }
            if (ReservedAttributes.ENVELOPE.contains(key)) {
                unchanged.put(key, value);
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
        OtlpSpan plain = SpanEncoder.plain(bare);
        Span.Builder span = plain.message().toBuilder().clearAttributes();
        plain.message().getAttributesList().stream()
                .filter(attribute -> !NativeFields.isNative(attribute.getKey()))
                .forEach(span::addAttributes);
        return new OtlpSpan(span.build(), plain.envelope());
    }

    private static TraceSpan withNativeFields(TraceSpan mapped, TraceSpan stored) {
        String names = stored.attributes().get(ReservedAttributes.MAPPING) instanceof String decisions
                ? Decisions.sourceOf(decisions, Decisions.NATIVE)
                : "";
        if (names.isEmpty()) {
            return mapped;
        }
        ObjectNode json = Json.MODEL.valueToTree(mapped);
        ObjectNode storedJson = Json.MODEL.valueToTree(stored);
        for (String name : names.split(",")) {
            JsonNode value = storedJson.get(name);
            if (value == null) {
                json.remove(name);
            } else if (NativeFields.NAMES.contains(name)) {
                json.set(name, value);
            }
        }
        TraceSpan span = TraceJson.readSpan(json, stored.tenantId());
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>(span.attributes());
        attributes.put(
                ReservedAttributes.MAPPING,
                mapped.attributes().get(ReservedAttributes.MAPPING) + " " + Decisions.NATIVE + "=" + names);
        return span.toBuilder().attributes(attributes).build();
    }
}
