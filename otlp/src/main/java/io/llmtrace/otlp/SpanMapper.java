package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.MappedRequest.RejectedSpan;
import io.llmtrace.storage.InvalidRequestException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * From OTLP spans to the model. Fields are filled from the attributes of the known conventions ({@link GenAiFields},
 * {@link ContentSources}); all attributes are kept besides, under their own keys ({@link AttributeCodec}), and what OTLP
 * says around them under {@code otel.resource}, {@code otel.scope} and {@code otel.span}. Attributes named
 * {@code llmtrace.<field>} say a field directly and overrule everything else ({@link NativeFields}).
 */
public final class SpanMapper {

    private static final HexFormat HEX = HexFormat.of();

    private SpanMapper() {}

    /** Never throws for what is in the request: a span that cannot be stored is among the rejected. */
    public static MappedRequest map(ExportTraceServiceRequest request, UUID tenantId) {
        List<TraceSpan> spans = new ArrayList<>();
        List<RejectedSpan> rejected = new ArrayList<>();
        for (ResourceSpans ofResource : request.getResourceSpansList()) {
            for (ScopeSpans ofScope : ofResource.getScopeSpansList()) {
                for (Span span : ofScope.getSpansList()) {
                    SpanView view = new SpanView(
                            span,
                            ofResource.getResource(),
                            ofResource.getSchemaUrl(),
                            ofScope.getScope(),
                            ofScope.getSchemaUrl());
                    try {
                        spans.add(map(view, tenantId));
                    } catch (IllegalArgumentException | InvalidRequestException e) {
                        int index = spans.size() + rejected.size();
                        rejected.add(new RejectedSpan(index, idOf(span), String.valueOf(e.getMessage())));
                    }
                }
            }
        }
        return new MappedRequest(spans, rejected);
    }

    /**
     * @throws IllegalArgumentException with the reason, if the span cannot be stored
     * @throws InvalidRequestException likewise
     */
    static TraceSpan map(SpanView view, UUID tenantId) {
        Span span = view.span;
        UUID traceId = traceId(span.getTraceId());
        UUID spanId = spanId(span.getSpanId());
        SpanKind kind = Kinds.of(view);
        Instant start = time(span.getStartTimeUnixNano(), "start_time_unix_nano");
        Instant end = endTime(span, start);
        String model = model(view);
        LlmProvider provider = Providers.of(view, kind, model);
        Outcome outcome = Outcome.of(view);
        Usage usage = Usage.of(view, kind);
        String prompt = ContentSources.prompt(view, kind);
        String response = ContentSources.response(view, kind);
        NativeFields nativeFields = NativeFields.of(view);

        TraceSpan.Builder builder = TraceSpan.builder(tenantId, traceId, spanId, span.getName(), start)
                .kind(kind)
                .parentSpanId(parentId(span.getParentSpanId()))
                .endTime(end)
                .provider(provider)
                .modelName(model)
                .prompt(prompt)
                .response(response)
                .promptTokens(usage.prompt())
                .completionTokens(usage.completion())
                .totalTokens(usage.total())
                .cacheReadTokens(usage.cacheRead())
                .cacheWriteTokens(usage.cacheWrite())
                .reasoningTokens(usage.reasoning())
                .timeToFirstTokenMs(timeToFirstToken(view, start, end))
                .statusCode(outcome.httpStatus())
                .errorMessage(outcome.errorMessage())
                .finishReason(finishReason(view, response))
                .estimatedCostUsd(usage.cost())
                .sessionId(GenAiFields.SESSION.ofSurroundings(view))
                .userId(GenAiFields.USER.ofSurroundings(view))
                .serviceName(GenAiFields.SERVICE.ofSurroundings(view))
                .tags(Tags.of(view))
                .events(SpanEvents.of(span))
                .attributes(attributes(view, prompt, response, nativeFields.consumedKeys()));
        TraceSpan mapped = builder.build();
        List<AgentAction> actions = AgentActions.of(mapped, view);
        return nativeFields.overrule(
                actions.isEmpty() ? mapped : builder.agentActions(actions).build());
    }

    private static Map<String, @Nullable Object> attributes(
            SpanView view, @Nullable String prompt, @Nullable String response, Set<String> leftOut) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        for (Map.Entry<String, AnyValue> attribute : view.attributes().entrySet()) {
            String key = attribute.getKey();
            if (!leftOut.contains(key) && !Surroundings.RESERVED.contains(key)) {
                json.put(key, AttributeCodec.encode(attribute.getValue(), prompt, response));
            }
        }
        putIfSaid(json, Surroundings.RESOURCE, Surroundings.resource(view.resource, view.resourceSchemaUrl), leftOut);
        putIfSaid(json, Surroundings.SCOPE, Surroundings.scope(view.scope, view.scopeSchemaUrl), leftOut);
        putIfSaid(json, Surroundings.SPAN, Surroundings.span(view.span), leftOut);
        return json;
    }

    private static void putIfSaid(
            Map<String, @Nullable Object> json, String key, Map<String, @Nullable Object> value, Set<String> leftOut) {
        if (!value.isEmpty() && !leftOut.contains(key)) {
            json.put(key, value);
        }
    }

    static UUID traceId(ByteString id) {
        if (id.size() != 16) {
            throw new IllegalArgumentException("length of trace_id != 16 bytes: " + id.size());
        }
        UUID traceId = Ids.ofBytes(id.toByteArray());
        if (traceId.getMostSignificantBits() == 0 && traceId.getLeastSignificantBits() == 0) {
            throw new IllegalArgumentException("trace_id is all zero");
        }
        return traceId;
    }

    static UUID spanId(ByteString id) {
        if (id.size() != 8) {
            throw new IllegalArgumentException("length of span_id != 8 bytes: " + id.size());
        }
        long low = ByteBuffer.wrap(id.toByteArray()).getLong();
        if (low == 0) {
            throw new IllegalArgumentException("span_id is all zero");
        }
        return Ids.spanIdOf(low);
    }

    /** A parent that is no id makes a root; {@code otel.span} keeps what was sent. */
    private static @Nullable UUID parentId(ByteString id) {
        if (id.size() != 8) {
            return null;
        }
        long low = ByteBuffer.wrap(id.toByteArray()).getLong();
        return low == 0 ? null : Ids.spanIdOf(low);
    }

    private static Instant time(long unixNano, String field) {
        if (unixNano < 0) {
            throw new IllegalArgumentException(
                    field + " > " + Long.MAX_VALUE + " (" + Times.LATEST + "): " + Long.toUnsignedString(unixNano));
        }
        return Times.ofNanos(unixNano);
    }

    private static @Nullable Instant endTime(Span span, Instant start) {
        if (span.getEndTimeUnixNano() == 0) {
            return null;
        }
        return Surroundings.hasClockSkew(span) ? start : time(span.getEndTimeUnixNano(), "end_time_unix_nano");
    }

    private static @Nullable String model(SpanView view) {
        String model = GenAiFields.MODEL.of(view);
        for (String key : GenAiFields.INVOCATION_PARAMETERS) {
            JsonNode parameters = model == null ? Decode.tree(view.attribute(key)) : null;
            if (parameters != null) {
                model = parameters.path("model").textValue();
                model = model == null ? parameters.path("model_name").textValue() : model;
            }
        }
        return model;
    }

    private static @Nullable Long timeToFirstToken(SpanView view, Instant start, @Nullable Instant end) {
        Double seconds = GenAiFields.TIME_TO_FIRST_CHUNK.of(view);
        if (seconds == null || seconds > Long.MAX_VALUE / 1e9) {
            return null;
        }
        long millis = Math.round(seconds * 1000);
        boolean afterEnd = end != null && start.plusMillis(millis).isAfter(end.plusMillis(1));
        return afterEnd ? null : millis;
    }

    private static @Nullable String finishReason(SpanView view, @Nullable String response) {
        for (String key : GenAiFields.FINISH_REASONS) {
            List<String> reasons = Decode.texts(view.attribute(key));
            if (!reasons.isEmpty()) {
                return Messages.finishReason(reasons.get(0));
            }
        }
        String reason = ToolCalls.finishReasonIn(response);
        return reason == null ? null : Messages.finishReason(reason);
    }

    private static String idOf(Span span) {
        return HEX.formatHex(span.getTraceId().toByteArray()) + "/"
                + HEX.formatHex(span.getSpanId().toByteArray());
    }
}
