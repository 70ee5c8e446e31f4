package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
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
 * From the model to OTLP, in OpenTelemetry's GenAI attributes where there are some, so that every OTLP store understands the
 * spans. What {@link SpanMapper} would not read back from these alone is added as {@code llmtrace.*} attributes
 * ({@link NativeFields}): mapping what was encoded gives exactly the same spans.
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

    /** A request with these spans, grouped by resource and scope, otherwise in their order. */
    public static ExportTraceServiceRequest encode(Collection<TraceSpan> spans) {
        Map<ResourceKey, Map<ScopeKey, List<Span>>> groups = new LinkedHashMap<>();
        for (TraceSpan span : spans) {
            SpanView view = encodeOne(span);
            groups.computeIfAbsent(new ResourceKey(view.resource, view.resourceSchemaUrl), k -> new LinkedHashMap<>())
                    .computeIfAbsent(new ScopeKey(view.scope, view.scopeSchemaUrl), k -> new ArrayList<>())
                    .add(view.span);
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

    /** As the mapping table looks at a span: with its attributes as they were sent, and its fields in a convention. */
    static SpanView viewOf(TraceSpan span) {
        return plain(span);
    }

    /** Asks the mapper what it would read, and says natively what would come back different. */
    private static SpanView encodeOne(TraceSpan span) {
        SpanView plain = plain(span);
        ObjectNode wanted = Json.MODEL.valueToTree(span);
        TraceSpan mapped = SpanMapper.map(plain, span.tenantId(), Prices.NONE);
        ObjectNode read = Json.MODEL.valueToTree(mapped);
        Span.Builder complete = plain.span.toBuilder();
        ArrayValue.Builder absent = ArrayValue.newBuilder();
        for (String field : NativeFields.NAMES) {
            JsonNode value = wanted.get(field);
            if (value != null && !value.equals(read.get(field))) {
                complete.addAttributes(attribute(NativeFields.PREFIX + field, nativeValue(field, value)));
            } else if (value == null && read.has(field)) {
                absent.addValues(text(field));
            }
        }
        if (span.estimatedCostUsd() == null && !read.has(COST) && Cost.mayBeEstimated(mapped)) {
            absent.addValues(text(COST)); // the reader may have prices
        }
        if (absent.getValuesCount() > 0) {
            AnyValue names = AnyValue.newBuilder().setArrayValue(absent).build();
            complete.addAttributes(attribute(NativeFields.ABSENT, names));
        }
        return new SpanView(
                complete.build(), plain.resource, plain.resourceSchemaUrl, plain.scope, plain.scopeSchemaUrl);
    }

    private static SpanView plain(TraceSpan span) {
        Map<String, @Nullable Object> attributes = span.attributes();
        Map<?, ?> ofSpan = mapOf(attributes.get(Surroundings.SPAN));
        Map<?, ?> ofScope = mapOf(attributes.get(Surroundings.SCOPE));
        Map<?, ?> ofResource = mapOf(attributes.get(Surroundings.RESOURCE));
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
        Surroundings.decodeSpan(ofSpan, encoded);
        if (ofSpan.isEmpty() && span.errorMessage() != null) {
            encoded.setStatus(Status.newBuilder()
                    .setCode(Status.StatusCode.STATUS_CODE_ERROR)
                    .setMessage(span.errorMessage()));
            added.add(Surroundings.SPAN);
        }
        Map<Integer, Map<?, ?>> eventExtras = Surroundings.eventExtras(ofSpan);
        int index = 0;
        for (SpanEvent event : span.events()) {
            encoded.addEvents(SpanEvents.encode(event, eventExtras.get(index++)));
        }
        addAttributes(span, ofSpan, encoded, added);

        Resource.Builder resource = Surroundings.decodeResource(ofResource);
        if (span.serviceName() != null && !saysService(span)) {
            resource.addAttributes(attribute("service.name", text(span.serviceName())));
            added.add(Surroundings.RESOURCE);
        }
        if (!added.isEmpty()) {
            ArrayValue.Builder keys = ArrayValue.newBuilder();
            added.forEach(key -> keys.addValues(text(key)));
            AnyValue names = AnyValue.newBuilder().setArrayValue(keys).build();
            encoded.addAttributes(attribute(NativeFields.ADDED, names));
        }
        InstrumentationScope scope = Surroundings.decodeScope(ofScope);
        return new SpanView(
                encoded.build(),
                resource.build(),
                Surroundings.textOf(ofResource, "schema_url"),
                scope,
                Surroundings.textOf(ofScope, "schema_url"));
    }

    /** Whether the span came by OTLP, and so from a service that said its name itself, or is described by an attribute. */
    private static boolean saysService(TraceSpan span) {
        return span.attributes().containsKey("service.name")
                || Surroundings.RESERVED.stream().anyMatch(span.attributes()::containsKey);
    }

    private static void addAttributes(TraceSpan span, Map<?, ?> ofSpan, Span.Builder encoded, Set<String> added) {
        Set<String> own = new LinkedHashSet<>();
        for (Map<?, ?> earlier : Surroundings.mapsOf(ofSpan.get("earlier_attributes"))) {
            encoded.addAttributes(
                    attribute(Surroundings.textOf(earlier, "key"), AttributeCodec.decode(earlier.get("value"))));
        }
        span.attributes().forEach((key, value) -> {
            if (!Surroundings.RESERVED.contains(key)) {
                own.add(key);
                AnyValue decoded = AttributeCodec.decode(value, span.prompt(), span.response());
                encoded.addAttributes(attribute(key, decoded));
            }
        });
        mapOf(ofSpan.get("reserved_attributes"))
                .forEach((key, value) ->
                        encoded.addAttributes(attribute(String.valueOf(key), AttributeCodec.decode(value))));
        if (!(span.attributes().get(Decisions.KEY) instanceof String)) {
            encoded.addAttributes(attribute(Decisions.KEY, text("")));
        }
        conventional(span).forEach((key, value) -> {
            if (!own.contains(key)) {
                encoded.addAttributes(attribute(key, value));
                added.add(key);
            }
        });
    }

    /** The fields as OpenTelemetry's GenAI conventions name them; cost and tags, which have no name there, as others do. */
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

    private static KeyValue attribute(String key, AnyValue value) {
        return KeyValue.newBuilder().setKey(key).setValue(value).build();
    }

    private static AnyValue text(String value) {
        return AnyValue.newBuilder().setStringValue(value).build();
    }

    private static Map<?, ?> mapOf(@Nullable Object json) {
        return json instanceof Map<?, ?> map ? map : Map.of();
    }

    /** Times before 1970 have no form in OTLP; then the native field has the right one. */
    private static long unixNano(Instant time) {
        return Math.max(0, Times.toNanos(time));
    }

    /** All zero is no id in OTLP. */
    private static ByteString traceId(UUID id) {
        boolean zero = id.getMostSignificantBits() == 0 && id.getLeastSignificantBits() == 0;
        return bytes(id.getMostSignificantBits(), zero ? 1 : id.getLeastSignificantBits());
    }

    /** The half of the id that OTLP has room for: parents and children still find each other. */
    private static ByteString spanId(UUID id) {
        long low = id.getLeastSignificantBits() != 0 ? id.getLeastSignificantBits() : id.getMostSignificantBits();
        return bytes(low == 0 ? 1 : low);
    }

    private static ByteString bytes(long... words) {
        ByteBuffer buffer = ByteBuffer.allocate(8 * words.length);
        for (long word : words) {
            buffer.putLong(word);
        }
        return ByteString.copyFrom(buffer.array());
    }

    private record ResourceKey(Resource resource, String schemaUrl) {}

    private record ScopeKey(InstrumentationScope scope, String schemaUrl) {}
}
