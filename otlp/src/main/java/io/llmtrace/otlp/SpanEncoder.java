package io.llmtrace.otlp;

import static io.llmtrace.otlp.internal.wire.AttributeCodec.attribute;
import static io.llmtrace.otlp.internal.wire.AttributeCodec.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.mapping.Envelope;
import io.llmtrace.otlp.internal.mapping.NativeFields;
import io.llmtrace.otlp.internal.mapping.OtlpSpan;
import io.llmtrace.otlp.internal.mapping.Providers;
import io.llmtrace.otlp.internal.usage.Cost;
import io.llmtrace.otlp.internal.wire.AttributeCodec;
import io.llmtrace.otlp.internal.wire.EnvelopeCodec;
import io.llmtrace.otlp.internal.wire.Json;
import io.llmtrace.otlp.internal.wire.SpanEvents;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Encodes spans of the model as OTLP. Fields become OpenTelemetry's GenAI attributes where such attributes exist, so that every
 * OTLP store understands the spans. A field that {@link SpanMapper} could not restore from these alone is added as an
 * {@code llmtrace.*} attribute ({@link NativeFields}), so that mapping an encoded span restores it exactly.
 */
public final class SpanEncoder {

    private static final Map<SpanKind, String> OPERATIONS = Map.of(
            SpanKind.LLM, "chat",
            SpanKind.EMBEDDING, "embeddings",
            SpanKind.TOOL, "execute_tool",
            SpanKind.AGENT, "invoke_agent",
            SpanKind.CHAIN, "invoke_workflow",
            SpanKind.RETRIEVER, "retrieval",
            SpanKind.RERANKER, "rerank",
            SpanKind.GUARDRAIL, "run_guardrail",
            SpanKind.EVALUATOR, "evaluate");

    private static final String COST = "estimated_cost_usd";

    private SpanEncoder() {}

    /** Returns a request with these spans, grouped by resource and scope, and within a group in their order. */
    public static ExportTraceServiceRequest encode(Collection<TraceSpan> spans) {
        Map<ResourceKey, Map<ScopeKey, List<Span>>> groups = new LinkedHashMap<>();
        for (TraceSpan span : spans) {
            OtlpSpan plain = plain(span);
            Envelope envelope = plain.envelope();
            groups.computeIfAbsent(
                            new ResourceKey(envelope.resource(), envelope.resourceSchemaUrl()),
                            k -> new LinkedHashMap<>())
                    .computeIfAbsent(new ScopeKey(envelope.scope(), envelope.scopeSchemaUrl()), k -> new ArrayList<>())
                    .add(withNativeFields(plain, span));
        }
        ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
        groups.forEach((resource, scopes) -> {
            ResourceSpans.Builder ofResource =
                    ResourceSpans.newBuilder().setResource(resource.resource).setSchemaUrl(resource.schemaUrl);
            scopes.forEach((scope, ofScope) -> ofResource.addScopeSpans(ScopeSpans.newBuilder()
                    .setScope(scope.scope)
                    .setSchemaUrl(scope.schemaUrl)
                    .addAllSpans(ofScope)));
            request.addResourceSpans(ofResource);
        });
        return request.build();
    }

    /** Maps the encoded span, and adds a native field for each field that would be read back differently. */
    private static Span withNativeFields(OtlpSpan plain, TraceSpan span) {
        ObjectNode expected = Json.MODEL.valueToTree(span);
        TraceSpan mapped = SpanMapper.map(plain, span.tenantId(), Prices.NONE);
        ObjectNode read = Json.MODEL.valueToTree(mapped);
        Span.Builder complete = plain.message().toBuilder();
        ArrayValue.Builder absent = ArrayValue.newBuilder();
        for (String field : NativeFields.NAMES) {
            JsonNode value = expected.get(field);
            if (value != null && !value.equals(read.get(field))) {
                complete.addAttributes(attribute(ReservedAttributes.PREFIX + field, nativeValue(field, value)));
            } else if (value == null && read.has(field)) {
                absent.addValues(text(field));
            }
        }
        if (span.estimatedCostUsd() == null && !read.has(COST) && Cost.mayBeEstimated(mapped)) {
            absent.addValues(text(COST)); // a reader that has prices would estimate it
        }
        if (absent.getValuesCount() > 0) {
            AnyValue names = AnyValue.newBuilder().setArrayValue(absent).build();
            complete.addAttributes(attribute(ReservedAttributes.ABSENT, names));
        }
        return complete.build();
    }

    /** Returns the attributes of a span alone, for the mapping table. */
    static OtlpSpan attributesOf(TraceSpan span) {
        Span.Builder encoded = Span.newBuilder();
        span.attributes()
                .forEach((key, value) -> encoded.addAttributes(
                        attribute(key, AttributeCodec.decode(value, span.prompt(), span.response()))));
        return new OtlpSpan(encoded.build(), Envelope.of(Resource.getDefaultInstance(), ""));
    }

    /** Returns a span with its attributes as they were sent, and with its fields in OpenTelemetry's convention. */
    static OtlpSpan plain(TraceSpan span) {
        Map<String, @Nullable Object> attributes = span.attributes();
        Map<?, ?> ofSpan = mapOf(attributes.get(ReservedAttributes.SPAN));
        Map<?, ?> ofScope = mapOf(attributes.get(ReservedAttributes.SCOPE));
        Map<?, ?> ofResource = mapOf(attributes.get(ReservedAttributes.RESOURCE));
        Set<String> added = new LinkedHashSet<>();

        Span.Builder encoded = Span.newBuilder()
                .setTraceId(traceId(span.traceId()))
                .setSpanId(spanId(span.spanId()))
                .setName(span.operationName())
                .setStartTimeUnixNano(unixNano(span.startTime()));
        if (span.parentSpanId() != null) {
            encoded.setParentSpanId(spanId(span.parentSpanId()));
        }
        if (span.endTime() != null) {
            encoded.setEndTimeUnixNano(unixNano(span.endTime()));
        }
        EnvelopeCodec.decodeSpan(ofSpan, encoded);
        if (ofSpan.isEmpty() && span.errorMessage() != null) {
            encoded.setStatus(Status.newBuilder()
                    .setCode(Status.StatusCode.STATUS_CODE_ERROR)
                    .setMessage(span.errorMessage()));
            added.add(ReservedAttributes.SPAN);
        }
        Map<Integer, Map<?, ?>> eventExtras = EnvelopeCodec.eventExtras(ofSpan);
        int index = 0;
        for (SpanEvent event : span.events()) {
            encoded.addEvents(SpanEvents.encode(event, eventExtras.get(index++)));
        }
        addAttributes(span, ofSpan, encoded, added);

        Resource.Builder resource = EnvelopeCodec.decodeResource(ofResource);
        if (span.serviceName() != null && !namesService(span)) {
            resource.addAttributes(attribute("service.name", text(span.serviceName())));
            added.add(ReservedAttributes.RESOURCE);
        }
        if (!added.isEmpty()) {
            ArrayValue.Builder keys = ArrayValue.newBuilder();
            added.forEach(key -> keys.addValues(text(key)));
            AnyValue names = AnyValue.newBuilder().setArrayValue(keys).build();
            encoded.addAttributes(attribute(ReservedAttributes.ADDED, names));
        }
        InstrumentationScope scope = EnvelopeCodec.decodeScope(ofScope);
        Envelope envelope = Envelope.of(resource.build(), EnvelopeCodec.textOf(ofResource, "schema_url"))
                .withScope(scope, EnvelopeCodec.textOf(ofScope, "schema_url"));
        return new OtlpSpan(encoded.build(), envelope);
    }

    /**
     * Returns whether the encoded span has the name of its service already: in an attribute, or, if it arrived over OTLP, in
     * its resource.
     */
    private static boolean namesService(TraceSpan span) {
        return span.attributes().containsKey("service.name")
                || ReservedAttributes.ENVELOPE.stream().anyMatch(span.attributes()::containsKey);
    }

    private static void addAttributes(TraceSpan span, Map<?, ?> ofSpan, Span.Builder encoded, Set<String> added) {
        Set<String> own = new LinkedHashSet<>();
        for (Map<?, ?> earlier : EnvelopeCodec.mapsOf(ofSpan.get("earlier_attributes"))) {
            encoded.addAttributes(
                    attribute(EnvelopeCodec.textOf(earlier, "key"), AttributeCodec.decode(earlier.get("value"))));
        }
        span.attributes().forEach((key, value) -> {
            if (!ReservedAttributes.ENVELOPE.contains(key)) {
                own.add(key);
                AnyValue decoded = AttributeCodec.decode(value, span.prompt(), span.response());
                encoded.addAttributes(attribute(key, decoded));
            }
        });
        mapOf(ofSpan.get("reserved_attributes"))
                .forEach((key, value) ->
                        encoded.addAttributes(attribute(String.valueOf(key), AttributeCodec.decode(value))));
        if (!(span.attributes().get(ReservedAttributes.MAPPING) instanceof String)) {
            encoded.addAttributes(attribute(ReservedAttributes.MAPPING, text("")));
        }
        conventional(span).forEach((key, value) -> {
            if (!own.contains(key)) {
                encoded.addAttributes(attribute(key, value));
                added.add(key);
            }
        });
    }

    /**
     * Returns the fields under the names of OpenTelemetry's GenAI conventions. These have no names for cost and tags, so names
     * of other conventions are used.
     */
    private static Map<String, AnyValue> conventional(TraceSpan span) {
        Map<String, AnyValue> attributes = new LinkedHashMap<>();
        boolean tool = span.kind() == SpanKind.TOOL;
        put(attributes, "gen_ai.operation.name", OPERATIONS.get(span.kind()));
        put(
                attributes,
                "gen_ai.provider.name",
                span.provider() == null ? null : Providers.semconvName(span.provider()));
        put(attributes, "gen_ai.request.model", span.modelName());
        put(attributes, tool ? "gen_ai.tool.call.arguments" : "gen_ai.input.messages", span.prompt());
        put(attributes, tool ? "gen_ai.tool.call.result" : "gen_ai.output.messages", span.response());
        put(attributes, "gen_ai.usage.input_tokens", span.promptTokens());
        put(attributes, "gen_ai.usage.output_tokens", span.completionTokens());
        put(attributes, "gen_ai.usage.cache_read.input_tokens", span.cacheReadTokens());
        put(attributes, "gen_ai.usage.cache_creation.input_tokens", span.cacheWriteTokens());
        put(attributes, "gen_ai.usage.reasoning.output_tokens", span.reasoningTokens());
        put(attributes, "gen_ai.conversation.id", span.sessionId());
        put(attributes, "user.id", span.userId());
        put(
                attributes,
                "http.response.status_code",
                span.statusCode() == null ? null : span.statusCode().longValue());
        if (span.estimatedCostUsd() != null) {
            attributes.put(
                    "gen_ai.usage.cost",
                    AnyValue.newBuilder()
                            .setDoubleValue(span.estimatedCostUsd())
                            .build());
        }
        if (!span.tags().isEmpty()) {
            attributes.put("metadata", text(TraceJson.write(span.tags())));
        }
        if (span.timeToFirstTokenMs() != null) {
            double seconds = span.timeToFirstTokenMs() / 1000.0;
            attributes.put(
                    "gen_ai.response.time_to_first_chunk",
                    AnyValue.newBuilder().setDoubleValue(seconds).build());
        }
        if (span.finishReason() != null) {
            ArrayValue reasons =
                    ArrayValue.newBuilder().addValues(text(span.finishReason())).build();
            attributes.put(
                    "gen_ai.response.finish_reasons",
                    AnyValue.newBuilder().setArrayValue(reasons).build());
        }
        return attributes;
    }

    private static AnyValue nativeValue(String field, JsonNode value) {
        if (NativeFields.isJsonText(field) || value.isContainerNode()) {
            return text(TraceJson.write(value));
        }
        if (value.isIntegralNumber()) {
            return AnyValue.newBuilder().setIntValue(value.longValue()).build();
        }
        if (value.isNumber()) {
            return AnyValue.newBuilder().setDoubleValue(value.doubleValue()).build();
        }
        return text(value.asText());
    }

    private static void put(Map<String, AnyValue> attributes, String key, @Nullable String value) {
        if (value != null) {
            attributes.put(key, text(value));
        }
    }

    private static void put(Map<String, AnyValue> attributes, String key, @Nullable Long value) {
        if (value != null) {
            attributes.put(key, AnyValue.newBuilder().setIntValue(value).build());
        }
    }

    private static Map<?, ?> mapOf(@Nullable Object json) {
        return json instanceof Map<?, ?> map ? map : Map.of();
    }

    /** Replaces a time before 1970, which OTLP cannot express, by 1970. The native field then holds the actual time. */
    private static long unixNano(Instant time) {
        return Math.max(0, Times.toNanos(time));
    }

    /** Replaces the id 0, which OTLP forbids, by 1. */
    private static ByteString traceId(UUID id) {
        boolean zero = id.getMostSignificantBits() == 0 && id.getLeastSignificantBits() == 0;
        return bytes(id.getMostSignificantBits(), zero ? 1 : id.getLeastSignificantBits());
    }

    /**
     * Returns 8 of the 16 bytes, since OTLP's span ids have 8. Equal ids give equal bytes, so parents and children still match.
     */
    private static ByteString spanId(UUID id) {
        long low = id.getLeastSignificantBits() != 0 ? id.getLeastSignificantBits() : id.getMostSignificantBits();
        return bytes(low == 0 ? 1 : low);
    }

    private static ByteString bytes(long... longs) {
        ByteBuffer buffer = ByteBuffer.allocate(8 * longs.length);
        for (long part : longs) {
            buffer.putLong(part);
        }
        return ByteString.copyFrom(buffer.array());
    }

    private record ResourceKey(Resource resource, String schemaUrl) {}

    private record ScopeKey(InstrumentationScope scope, String schemaUrl) {}
}
