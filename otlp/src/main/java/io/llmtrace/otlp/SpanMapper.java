package io.llmtrace.otlp;

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
 * From OTLP spans to the model. Fields are filled from the attributes of the known conventions, as {@code mapping.yaml} says
 * ({@link MappingTable}); all attributes are kept besides, under their own keys ({@link AttributeCodec}), and what OTLP says
 * around them under {@code otel.resource}, {@code otel.scope} and {@code otel.span}. Attributes named
 * {@code llmtrace.<field>} say a field directly and overrule everything else ({@link NativeFields}). Which source decided for
 * which field is kept, too ({@link Decisions}), so that {@link Remapper} can map a stored span again.
 *
 * <p>Prompt and response are what was sent: text that came as one value stays as it is, byte for byte, also if it is JSON;
 * what came in pieces is put together as OpenTelemetry's chat messages. {@link io.llmtrace.otlp.chat.Chat} reads both.
 */
public final class SpanMapper {

    private static final HexFormat HEX = HexFormat.of();

    /** Of the times that the model can hold. */
    private static final double MAX_SECONDS = Long.MAX_VALUE / 1e9;

    private SpanMapper() {}

    /** As {@link #map(ExportTraceServiceRequest, UUID, Prices)}, with the prices that come with this version. */
    public static MappedRequest map(ExportTraceServiceRequest request, UUID tenantId) {
        return map(request, tenantId, Prices.builtIn());
    }

    /**
     * Never throws for what is in the request: a span that cannot be stored is among the rejected.
     *
     * @param prices for the cost of a call that does not say what it cost
     */
    public static MappedRequest map(ExportTraceServiceRequest request, UUID tenantId, Prices prices) {
        List<TraceSpan> spans = new ArrayList<>();
        List<RejectedSpan> rejected = new ArrayList<>();
        for (ResourceSpans ofResource : request.getResourceSpansList()) {
            SpanView.Around resource = SpanView.Around.of(ofResource.getResource(), ofResource.getSchemaUrl());
            for (ScopeSpans ofScope : ofResource.getScopeSpansList()) {
                SpanView.Around scope = SpanView.Around.of(ofScope.getScope(), ofScope.getSchemaUrl());
                for (Span span : ofScope.getSpansList()) {
                    SpanView view = new SpanView(
                            span,
                            ofResource.getResource(),
                            ofResource.getSchemaUrl(),
                            resource,
                            ofScope.getScope(),
                            ofScope.getSchemaUrl(),
                            scope);
                    try {
                        spans.add(map(view, tenantId, prices));
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
    static TraceSpan map(SpanView view, UUID tenantId, Prices prices) {
        Span span = view.span;
        UUID traceId = traceId(span.getTraceId());
        UUID spanId = spanId(span.getSpanId());
        NativeFields nativeFields = NativeFields.of(view);
        SpanKind kind = Kinds.of(view);
        Instant start = time(span.getStartTimeUnixNano(), "start_time_unix_nano");
        Instant end = endTime(span, start);
        String responseModel = view.first(Target.RESPONSE_MODEL);
        String requestModel = view.first(Target.REQUEST_MODEL);
        String model = responseModel != null ? responseModel : requestModel;
        LlmProvider provider = Providers.of(view, kind, model);
        Outcome outcome = Outcome.of(view, kind);
        Usage usage = Usage.of(view, kind, provider);
        Double cost = Cost.of(view, kind, new Cost.Call(provider, responseModel, requestModel, start), usage, prices);
        String prompt = Content.prompt(view, kind);
        String response = Content.response(view, kind);

        TraceSpan mapped = TraceSpan.builder(tenantId, traceId, spanId, span.getName(), start)
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
                .estimatedCostUsd(cost)
                .sessionId(view.first(Target.SESSION_ID))
                .userId(view.first(Target.USER_ID))
                .serviceName(view.first(Target.SERVICE_NAME))
                .tags(Tags.of(view))
                .events(SpanEvents.of(span))
                .attributes(attributes(view, prompt, response, nativeFields))
                .build();
        List<AgentAction> actions = AgentActions.of(mapped, view);
        return nativeFields.overrule(
                actions.isEmpty()
                        ? mapped
                        : mapped.toBuilder().agentActions(actions).build());
    }

    private static Map<String, @Nullable Object> attributes(
            SpanView view, @Nullable String prompt, @Nullable String response, NativeFields nativeFields) {
        Set<String> leftOut = nativeFields.consumedKeys();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        for (Map.Entry<String, AnyValue> attribute : view.attributes().entrySet()) {
            String key = attribute.getKey();
            if (!leftOut.contains(key) && !Surroundings.RESERVED.contains(key)) {
                json.put(key, AttributeCodec.encode(attribute.getValue(), prompt, response));
            }
        }
        putIfSaid(json, Surroundings.RESOURCE, view.ofResource.json(), leftOut);
        putIfSaid(json, Surroundings.SCOPE, view.ofScope.json(), leftOut);
        putIfSaid(json, Surroundings.SPAN, Surroundings.span(view.span, view.attributes()), leftOut);
        String decisions = nativeFields.decisions(view.decisions);
        if (!decisions.isEmpty()) {
            json.put(Decisions.KEY, decisions);
        }
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

    private static @Nullable Long timeToFirstToken(SpanView view, Instant start, @Nullable Instant end) {
        Double seconds = view.first(Target.TIME_TO_FIRST_TOKEN);
        if (seconds == null || seconds > MAX_SECONDS) {
            return null;
        }
        long millis = Math.round(seconds * 1000);
        boolean afterEnd = end != null && start.plusMillis(millis).isAfter(end.plusMillis(1));
        return afterEnd ? null : millis;
    }

    private static @Nullable String finishReason(SpanView view, @Nullable String response) {
        String reason = view.first(Target.FINISH_REASON);
        if (reason == null) {
            reason = ToolCalls.finishReasonIn(response);
        }
        return reason == null ? null : Messages.finishReason(reason);
    }

    private static String idOf(Span span) {
        return HEX.formatHex(span.getTraceId().toByteArray()) + "/"
                + HEX.formatHex(span.getSpanId().toByteArray());
    }
}
